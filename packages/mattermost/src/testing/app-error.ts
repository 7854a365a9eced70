/** An error body of Mattermost: thrown by a route, answered by the server. */
export class AppError extends Error {
  readonly id: string;
  readonly status: number;

  constructor(status: number, id: string, message = "Something is wrong.") {
    super(message);
    this.id = id;
    this.status = status;
  }
}

/** The one answer for everything somebody may not do, or may not know that it exists. */
export function forbidden(): AppError {
  return new AppError(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.");
}

/** A body or parameter of the wrong form. */
export function invalidBody(): AppError {
  return new AppError(400, "api.context.invalid_body_param.app_error", "Invalid or missing parameter in request body.");
}

/** No route of this form. */
export function noSuchRoute(): AppError {
  return new AppError(404, "api.context.404.app_error", "Sorry, we could not find the page.");
}
