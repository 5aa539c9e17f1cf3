/** Services with methods of several kinds, for tests alone: they are described here, not in proto/. */
import { createFileRegistry, fromJson, type JsonValue, type Message } from '@bufbuild/protobuf';
import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The message of all methods. */
export type EchoMessage = Message<'test.v1.EchoMessage'> & { text: string; count: number };

type Echo = GenMessage<EchoMessage>;
type Method<K extends string> = { methodKind: K; input: Echo; output: Echo };

const method = (name: string, streams: Record<string, boolean> = {}) => ({
  name,
  inputType: '.test.v1.EchoMessage',
  outputType: '.test.v1.EchoMessage',
  ...streams,
});

const FILES: JsonValue = {
  file: [
    {
      name: 'test/v1/echo.proto',
      package: 'test.v1',
      syntax: 'proto3',
      messageType: [
        {
          name: 'EchoMessage',
          field: [
            { name: 'text', number: 1, type: 'TYPE_STRING', label: 'LABEL_OPTIONAL', jsonName: 'text' },
            { name: 'count', number: 2, type: 'TYPE_INT32', label: 'LABEL_OPTIONAL', jsonName: 'count' },
          ],
        },
      ],
      service: [
        { name: 'EchoService', method: [method('Echo'), method('Count', { serverStreaming: true })] },
        { name: 'CollectService', method: [method('Collect', { clientStreaming: true })] },
      ],
    },
  ],
};

const registry = createFileRegistry(fromJson(FileDescriptorSetSchema, FILES));

/** Its message. */
export const EchoMessageSchema = registry.getMessage('test.v1.EchoMessage') as unknown as Echo;

/** Echo answers once, Count with a stream. */
export const EchoService = registry.getService('test.v1.EchoService') as unknown as GenService<{
  echo: Method<'unary'>;
  count: Method<'server_streaming'>;
}>;

/** Collect takes a stream. */
export const CollectService = registry.getService('test.v1.CollectService') as unknown as GenService<{
  collect: Method<'client_streaming'>;
}>;
