/** Server reflection, v1 and v1alpha: tools such as `buf curl` and `grpcurl` need no schema. */
import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { service as healthDefinition } from 'grpc-health-check';

/** What the reflection package wants to know of a proto type: the files that describe it. */
interface ReflectedType {
  readonly fileDescriptorProtos: readonly Uint8Array[];
}

type ReflectedPackage = ConstructorParameters<typeof ReflectionService>[0];

/** Adds reflection of the services, of health and of reflection itself to the server. */
export function addReflectionService(server: Server, services: readonly DescService[]): void {
  const types: ReflectedType[] = [
    ...services.map(({ file }) => ({ fileDescriptorProtos: filesOf(file) })),
    ...typesOf(healthDefinition as ServiceDefinition),
    ...reflectionDefinitions().flatMap(typesOf),
  ];
  const reflected = Object.fromEntries(types.map((type, index) => [String(index), type]));
  new ReflectionService(reflected as unknown as ReflectedPackage).addToServer(server);
}

/** The definitions of the reflection services, which the package shows only to a server. */
function reflectionDefinitions(): ServiceDefinition[] {
  const definitions: ServiceDefinition[] = [];
  new ReflectionService({}).addToServer({ addService: (definition) => definitions.push(definition) });
  return definitions;
}

/** proto-loader hangs the descriptors of a service's file on the types of its methods. */
function typesOf(definition: ServiceDefinition): ReflectedType[] {
  return Object.values(definition).map(
    (method) => (method as unknown as { readonly requestType: ReflectedType }).requestType,
  );
}

/** The file and everything that it imports, encoded. */
function filesOf(file: DescFile): Uint8Array[] {
  const files = new Set<DescFile>();
  const visit = (each: DescFile) => {
    if (files.has(each)) return;
    files.add(each);
    each.dependencies.forEach(visit);
  };
  visit(file);
  return [...files].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}
