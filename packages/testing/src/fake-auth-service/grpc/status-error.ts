import { status } from "@grpc/grpc-js";

/** How a method of the simulated Auth Service ends without an answer: gRPC code and text, nothing else goes out. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: status;
  /** The server closes the whole connection after this answer. */
  readonly closesConnection: boolean;

  constructor(code: status, text: string, closesConnection = false) {
    super(text);
    this.code = code;
    this.closesConnection = closesConnection;
  }
}

export const accessDenied = (text: string) => new StatusError(status.PERMISSION_DENIED, text);
export const alreadyExists = (text: string) => new StatusError(status.ALREADY_EXISTS, text);
export const badParameter = (text: string) => new StatusError(status.INVALID_ARGUMENT, text);
export const compareFailed = (text: string) => new StatusError(status.FAILED_PRECONDITION, text);
export const notFound = (text: string) => new StatusError(status.NOT_FOUND, text);
export const notImplemented = (text: string) => new StatusError(status.UNIMPLEMENTED, text);
