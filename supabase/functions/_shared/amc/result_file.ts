/** Parameters of a link that belong to its signature (S3's two kinds, CloudFront's) or to the form of the answer. */
const OF_THE_SIGNATURE =
  /^(x-amz-.*|awsaccesskeyid|signature|expires|policy|key-pair-id|hash-algorithm|response-.*)$/i;

/**
 * What identifies the file that a link leads to: its host, its path and what else is asked for, such as a version or a part.
 * Two links to one file differ in their signature alone.
 *
 * @param link as AMC gave it
 * @returns the link without its signature
 */
export function fileOf(link: string): string {
  if (!URL.canParse(link)) return link;
  const url = new URL(link);
  const asked = [...url.searchParams]
    .filter(([name]) => !OF_THE_SIGNATURE.test(name))
    .map((parameter) => JSON.stringify(parameter)).sort();
  return [`${url.protocol}//${url.host}${url.pathname}`, ...asked].join(" ");
}
