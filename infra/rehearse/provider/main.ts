/**
 * A stand-in for the AWS and random providers: a process that the real engine starts and speaks to. It keeps resources in an
 * emulator, for machines where the real providers cannot be had. `node main.ts aws|random [engine]`
 */
import { createRequire } from 'node:module';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { Cloud, type Values } from '../cloud.ts';
import { COMPUTE_SPECS } from './compute.ts';
import { DATA_SPECS } from './data.ts';
import { diffInputs, plannedOutputs } from './diff.ts';
import { NETWORK_SPECS } from './network.ts';
import { RANDOM_SPECS } from './random.ts';
import type { Spec, Specs } from './spec.ts';

const require = createRequire(import.meta.url);
const proto = require('@pulumi/pulumi/proto/provider_pb.js');
const grpc = require('@pulumi/pulumi/proto/provider_grpc_pb.js');
const plugin = require('@pulumi/pulumi/proto/plugin_pb.js');
const { Struct } = require('google-protobuf/google/protobuf/struct_pb.js');
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js');

const kind = process.argv[2] === 'random' ? 'random' : 'aws';
const specs: Specs = kind === 'random' ? RANDOM_SPECS : { ...DATA_SPECS, ...NETWORK_SPECS, ...COMPUTE_SPECS };
const region = process.env.REHEARSAL_REGION ?? 'us-east-1';
const cloud = new Cloud({
  python: process.env.REHEARSAL_PYTHON ?? 'python3',
  endpoint: process.env.REHEARSAL_ENDPOINT ?? '',
  region,
});

// biome-ignore lint/suspicious/noExplicitAny: the generated messages have no types for their use from ESM
type Message = any;

const toObject = (struct: Message): Values => (struct?.toJavaScript() ?? {}) as Values;
const toStruct = (values: Values): Message => Struct.fromJavaScript(JSON.parse(JSON.stringify(values)));

/** `urn:pulumi:dev::project::parent$aws:sqs/queue:Queue::name` -> type and name. */
function parseUrn(urn: string): { spec: Spec; name: string; type: string } {
  const [, , qualified = '', name = ''] = urn.split('::');
  const type = qualified.split('$').at(-1) ?? '';
  const spec = specs[type.slice(type.indexOf(':') + 1)];
  if (!spec) throw new Error(`The stand-in provider does not know ${type}`);
  return { spec, name, type };
}

async function create(request: Message): Promise<Message> {
  const { spec, name } = parseUrn(request.getUrn());
  const inputs = toObject(request.getProperties());
  const response = new proto.CreateResponse();
  if (request.getPreview()) return response.setProperties(toStruct(plannedOutputs(spec, inputs)));
  const { id, computed } = await spec.create(cloud, inputs, name);
  return response.setId(id).setProperties(toStruct({ ...inputs, ...computed }));
}

async function update(request: Message): Promise<Message> {
  const { spec, name } = parseUrn(request.getUrn());
  const [state, inputs] = [toObject(request.getOlds()), toObject(request.getNews())];
  const response = new proto.UpdateResponse();
  const kept = { ...state, ...inputs };
  if (request.getPreview()) return response.setProperties(toStruct(kept));
  const computed = (await spec.update?.(cloud, request.getId(), inputs, state, name)) ?? {};
  return response.setProperties(toStruct({ ...kept, ...computed }));
}

async function read(request: Message): Promise<Message> {
  const { spec } = parseUrn(request.getUrn());
  const [state, inputs] = [toObject(request.getProperties()), toObject(request.getInputs())];
  const drift = await spec.read(cloud, request.getId(), state);
  const response = new proto.ReadResponse();
  if (!drift) return response;
  return response
    .setId(request.getId())
    .setProperties(toStruct({ ...state, ...drift }))
    .setInputs(toStruct({ ...inputs, ...drift }));
}

async function remove(request: Message): Promise<Message> {
  const { spec } = parseUrn(request.getUrn());
  await spec.delete(cloud, request.getId(), toObject(request.getProperties()));
  return new Empty();
}

async function diff(request: Message): Promise<Message> {
  const { spec } = parseUrn(request.getUrn());
  const old = request.getOldInputs();
  const before = old ? toObject(old) : toObject(request.getOlds());
  const ignored: string[] = request.getIgnorechangesList();
  const now = toObject(request.getNews());
  for (const key of ignored) now[key] = before[key];
  const { changed, replaces, deleteFirst } = diffInputs(spec, before, now);
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changed)
    .setReplacesList(replaces)
    .setDeletebeforereplace(deleteFirst);
}

async function invoke(request: Message): Promise<Message> {
  const response = new proto.InvokeResponse();
  switch (request.getTok()) {
    case 'aws:index/getCallerIdentity:getCallerIdentity': {
      const { Account, Arn, UserId } = await cloud.call('sts', 'GetCallerIdentity');
      return response.setReturn(toStruct({ accountId: Account, arn: Arn, userId: UserId, id: Account }));
    }
    case 'aws:index/getAvailabilityZones:getAvailabilityZones': {
      const { AvailabilityZones } = await cloud.call<{ AvailabilityZones: Values[] }>(
        'ec2',
        'DescribeAvailabilityZones',
      );
      const names = AvailabilityZones.map(({ ZoneName }) => ZoneName);
      return response.setReturn(
        toStruct({ id: region, names, zoneIds: AvailabilityZones.map(({ ZoneId }) => ZoneId) }),
      );
    }
    default:
      throw new Error(`The stand-in provider does not know the function ${request.getTok()}`);
  }
}

async function check(request: Message): Promise<Message> {
  return new proto.CheckResponse().setInputs(request.getNews());
}

async function configure(): Promise<Message> {
  return new proto.ConfigureResponse()
    .setSupportspreview(true)
    .setAcceptsecrets(false)
    .setAcceptresources(false);
}

function serve(handle: (request: Message) => Promise<Message>) {
  return (call: ServerUnaryCall<Message, Message>, answer: sendUnaryData<Message>): void => {
    handle(call.request).then(
      (response) => answer(null, response),
      (error: Error) => answer({ code: status.UNKNOWN, details: error.message }),
    );
  };
}

const server = new Server({ 'grpc.max_receive_message_length': -1 });
server.addService(grpc.ResourceProviderService, {
  checkConfig: serve(check),
  diffConfig: serve(async () => new proto.DiffResponse()),
  configure: serve(configure),
  check: serve(check),
  diff: serve(diff),
  create: serve(create),
  read: serve(read),
  update: serve(update),
  delete: serve(remove),
  invoke: serve(invoke),
  getSchema: serve(async () => new proto.GetSchemaResponse().setSchema('{}')),
  getPluginInfo: serve(async () =>
    new plugin.PluginInfo().setVersion(process.env.REHEARSAL_VERSION ?? '0.0.0'),
  ),
  cancel: serve(async () => new Empty()),
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  process.stdout.write(`${port}\n`);
});
