/** AMC simulator: accounts, instances and data sources (ADMIN and captured, H). */
import { authenticate, headersMatch, mayReach } from "./auth.ts";
import { ApiError, TEXTS } from "./errors.ts";
import { type Call, json, nextTokenField, pageOf, type Reply } from "./http.ts";
import type { InstanceState, SimulatorState } from "./state.ts";

/** A few of the data sources that a real instance has; names as in Amazon's guides. */
const DATA_SOURCES = [
  ["dsp_impressions", "Amazon DSP impressions"],
  ["dsp_clicks", "Amazon DSP clicks"],
  ["sponsored_ads_traffic", "Sponsored ads traffic"],
  ["amazon_attributed_events_by_traffic_time", "Attributed events"],
  ["conversions", "Conversions"],
];

/** `GET /amc/accounts`: needs only the token and the client id. */
export function listAccounts(state: SimulatorState, call: Call): Reply {
  const client = authenticate(state, call);
  const accounts = new Map<string, unknown>();
  for (const instance of state.instances.values()) {
    if (!mayReach(client, instance)) continue;
    const { entityId, marketplaceId } = instance.settings;
    accounts.set(`${entityId} ${marketplaceId}`, {
      accountId: entityId,
      accountName: "Sample advertiser",
      marketplaceId,
    });
  }
  return json("amcaccounts", { amcAccounts: [...accounts.values()] });
}

/** `GET /amc/instances` of the account in the headers; a closing nextToken is null (captured, H). */
export function listInstances(state: SimulatorState, call: Call): Reply {
  const client = authenticate(state, call);
  const mine = [...state.instances.values()].filter((instance) =>
    mayReach(client, instance) && headersMatch(call, instance)
  );
  if (mine.length === 0) throw new ApiError(403, TEXTS.forbidden);
  const { page, nextToken } = pageOf(mine, call);
  return json("amcinstances", { instances: page.map(describe), nextToken });
}

/** `GET /amc/instances/{instanceId}`: 404 if the headers do not match (observed, M). */
export function getInstance(state: SimulatorState, call: Call): Reply {
  const client = authenticate(state, call);
  const { instanceId } = call.params;
  const instance = state.instances.get(instanceId);
  if (
    !instance || !mayReach(client, instance) || !headersMatch(call, instance)
  ) {
    throw new ApiError(404, `Instance with ID ${instanceId} does not exist.`);
  }
  return json("amcinstances", { instance: describe(instance) });
}

/** `GET …/dataSources`. The shape is from SPEC; the entries are examples. */
export function listDataSources(state: SimulatorState, call: Call): Reply {
  const all = DATA_SOURCES.map(([dataSourceId, name]) => ({
    dataSourceId,
    name,
  }));
  const { page, nextToken } = pageOf(all, call);
  const { nextTokenAtEnd } = state.settings.answers;
  return json("amcdatasources", {
    dataSources: page,
    ...nextTokenField(nextToken, nextTokenAtEnd),
  });
}

/** `GET …/dataSources/{id}`. */
export function getDataSource(call: Call): Reply {
  const source = DATA_SOURCES.find(([id]) => id === call.params.id);
  if (!source) {
    throw new ApiError(
      404,
      `Data source with ID ${call.params.id} does not exist.`,
    );
  }
  return json("amcdatasources", { dataSourceId: source[0], name: source[1] });
}

/** `GET …/schedules`: AMC's own scheduler, which this project does not use (SPEC, H). */
export function listSchedules(
  state: SimulatorState,
  instance: InstanceState,
  call: Call,
): Reply {
  const { page, nextToken } = pageOf([...instance.schedules.values()], call);
  const { nextTokenAtEnd } = state.settings.answers;
  return json("amcschedules", {
    schedules: page,
    ...nextTokenField(nextToken, nextTokenAtEnd),
  });
}

/** `GET …/schedules/{scheduleId}`. */
export function getSchedule(instance: InstanceState, call: Call): Reply {
  const schedule = instance.schedules.get(call.params.id);
  if (!schedule) {
    throw new ApiError(
      404,
      `Schedule with ID ${call.params.id} does not exist.`,
    );
  }
  return json("amcschedules", schedule);
}

/** The captured instance object, key for key (H). */
function describe({ settings }: InstanceState): Record<string, unknown> {
  return {
    instanceId: settings.instanceId,
    instanceName: settings.name,
    instanceType: "STANDARD",
    customerCanonicalName: "Sample Instance",
    creationStatus: "COMPLETED",
    creationDatetime: "2024-03-29T08:12:11.572511Z",
    s3BucketName: "amc-sample-instance-bucket",
    awsAccountId: "",
    entities: [settings.entityId],
    dataUploadAwsAccountId: "811639200769",
    apiEndpoint: "https://advertising-api.amazon.com",
    acrCollaboration: null,
    optionalDatasets: [{
      label: "CASPIAN_ONLY",
      activationTime: "2024-03-27T12:07:25.614Z",
    }],
    advertiserTypes: ["DISPLAY", "SPONSORED_ADS"],
  };
}
