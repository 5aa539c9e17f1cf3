/**
 * Requests and responses that have the methods of express from the beginning. Express gives them to each message otherwise, and
 * changing the prototype of an object costs as much as routing it.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express } from 'express';

/** Classes of a server's messages. */
export interface MessageTypes {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/** Creates the classes, for one server and one application. */
export function createMessageTypes(): MessageTypes {
  class ApiRequest extends IncomingMessage {}
  class ApiResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  Object.setPrototypeOf(ApiRequest.prototype, express.request);
  Object.setPrototypeOf(ApiResponse.prototype, express.response);
  return { IncomingMessage: ApiRequest, ServerResponse: ApiResponse };
}

/** Makes an application use the classes. */
export function useMessageTypes(app: Express, types: MessageTypes): void {
  const own = { app: { configurable: true, enumerable: true, writable: true, value: app } };
  app.request = Object.defineProperties(types.IncomingMessage.prototype, own) as typeof app.request;
  app.response = Object.defineProperties(types.ServerResponse.prototype, own) as typeof app.response;
}
