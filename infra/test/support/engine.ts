/**
 * The part of Pulumi's engine that a program talks to (ResourceMonitor and Engine over gRPC): it notes every
 * registration with its inputs and answers as if AWS had created the resource. Nothing leaves the machine.
 */
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import engineGrpc from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import enginePb from '@pulumi/pulumi/proto/engine_pb.js';
import resourceGrpc from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import resourcePb from '@pulumi/pulumi/proto/resource_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import structPb from 'google-protobuf/google/protobuf/struct_pb.js';
import { answerInvoke, toOutputs } from './cloud.ts';
import type { Graph, Resource } from './graph.ts';
import { reveal, SECRET_KEY, SECRET_SIGNATURE } from './secrets.ts';

type Call<Q> = handleUnaryCall<Q, unknown>;
type Properties = Record<string, unknown>;

/** An engine that listens on `address`. */
export interface Engine {
  readonly address: string;
  /** Resources registered so far. */
  readonly graph: Graph;
  stop(): void;
}

/** Starts an engine for one run of a program. */
export async function startEngine(project: string, stack: string): Promise<Engine> {
  const graph: Graph = { resources: [], outputs: {}, secretOutputs: [], errors: [] };
  const server = new Server();
  server.addService(resourceGrpc.ResourceMonitorService as never, monitor(graph, project, stack));
  server.addService(engineGrpc.EngineService as never, engine(graph));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { address: `127.0.0.1:${port}`, graph, stop: () => server.forceShutdown() };
}

/** Features of the monitor that this one has too; the SDK falls back for the others. */
const FEATURES = ['secrets', 'deletedWith', 'aliasSpecs'];

function monitor(graph: Graph, project: string, stack: string): UntypedServiceImplementation {
  const register: Call<resourcePb.RegisterResourceRequest> = ({ request }, answer) => {
    const resource = toResource(request, project, stack);
    graph.resources.push(resource);
    const outputs = toOutputs(resource);
    for (const name of request.getAdditionalsecretoutputsList()) {
      if (name in outputs) outputs[name] = { [SECRET_KEY]: SECRET_SIGNATURE, value: outputs[name] };
    }
    const response = new resourcePb.RegisterResourceResponse();
    response.setUrn(resource.urn);
    response.setId(resource.custom ? `${resource.name}-id` : '');
    response.setObject(structPb.Struct.fromJavaScript(outputs as never));
    answer(null, response);
  };
  const registerOutputs: Call<resourcePb.RegisterResourceOutputsRequest> = ({ request }, answer) => {
    const outputs = (request.getOutputs()?.toJavaScript() ?? {}) as Properties;
    const resource = graph.resources.find(({ urn }) => urn === request.getUrn());
    if (resource) resource.outputsRegistered = true;
    if (resource?.type === 'pulumi:pulumi:Stack') {
      const { value, secrets } = reveal(outputs);
      Object.assign(graph.outputs, value);
      graph.secretOutputs.push(...secrets);
    }
    answer(null, new emptyPb.Empty());
  };
  const invoke: Call<resourcePb.ResourceInvokeRequest> = ({ request }, answer) => {
    const response = new resourcePb.ResourceInvokeResponse();
    const args = (request.getArgs()?.toJavaScript() ?? {}) as Properties;
    response.setReturn(structPb.Struct.fromJavaScript(answerInvoke(request.getTok(), args) as never));
    answer(null, response);
  };
  const supportsFeature: Call<resourcePb.SupportsFeatureRequest> = ({ request }, answer) => {
    const response = new resourcePb.SupportsFeatureResponse();
    response.setHassupport(FEATURES.includes(request.getId()));
    answer(null, response);
  };
  return {
    registerResource: register,
    registerResourceOutputs: registerOutputs,
    invoke,
    supportsFeature,
    signalAndWaitForShutdown: answerWith(new emptyPb.Empty()),
  };
}

function engine(graph: Graph): UntypedServiceImplementation {
  const root = new enginePb.GetRootResourceResponse();
  const log: Call<enginePb.LogRequest> = ({ request }, answer) => {
    if (request.getSeverity() === enginePb.LogSeverity.ERROR) graph.errors.push(request.getMessage());
    answer(null, new emptyPb.Empty());
  };
  return {
    log,
    getRootResource: answerWith(root),
    setRootResource: answerWith(new enginePb.SetRootResourceResponse()),
    requirePulumiVersion: answerWith(new enginePb.RequirePulumiVersionResponse()),
  };
}

/** A call that always has the same response. */
function answerWith(response: unknown): Call<unknown> {
  return (_call, answer) => answer(null, response);
}

function toResource(request: resourcePb.RegisterResourceRequest, project: string, stack: string): Resource {
  const type = request.getType();
  const parent = request.getParent();
  const { value, secrets } = reveal((request.getObject()?.toJavaScript() ?? {}) as Properties);
  return {
    urn: toUrn(project, stack, parent, type, request.getName()),
    type,
    name: request.getName(),
    parent,
    custom: request.getCustom(),
    remote: request.getRemote(),
    protect: request.getProtect() ?? false,
    inputs: value,
    secrets,
    dependencies: request.getDependenciesList(),
    ignoreChanges: request.getIgnorechangesList(),
    outputsRegistered: false,
  };
}

/** Pulumi's own rule: the types of the ancestors, joined by `$`, then the name. */
function toUrn(project: string, stack: string, parent: string, type: string, name: string): string {
  const parentType = parent.split('::')[2] ?? '';
  const qualified = parentType && parentType !== 'pulumi:pulumi:Stack' ? `${parentType}$${type}` : type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}
