/** A service with a method of each kind, described here instead of generated. */
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
        {
          name: 'EchoService',
          method: [
            method('Echo'),
            method('Count', { serverStreaming: true }),
            method('Collect', { clientStreaming: true }),
            method('Chat', { clientStreaming: true, serverStreaming: true }),
          ],
        },
      ],
    },
  ],
};

/** One method of each kind: Echo, Count (server streaming), Collect (client streaming), Chat (both). */
export const EchoService = createFileRegistry(fromJson(FileDescriptorSetSchema, FILES)).getService(
  'test.v1.EchoService',
) as unknown as GenService<{
  echo: Method<'unary'>;
  count: Method<'server_streaming'>;
  collect: Method<'client_streaming'>;
  chat: Method<'bidi_streaming'>;
}>;
