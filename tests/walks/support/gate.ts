/** Lets a call through when the walk says so. */
export type Gate = <T>(name: string, act: () => Promise<T>) => Promise<T>;
