// The errors the runtime throws to its embedder; what users meet are challenges instead.
/** Base of the runtime's own errors. */
export class RuntimeError extends Error {
  override readonly name: string = "RuntimeError";
}

/** There is no flow with this slug. The server answers it with 404. */
export class FlowNotFound extends RuntimeError {
  override readonly name: string = "FlowNotFound";
  readonly slug: string;
  /** The slugs that exist. */
  readonly known: readonly string[];
  constructor(slug: string, known: readonly string[]) {
    const list = known.map((name) => JSON.stringify(name)).join(", ");
    super(
      `there is no flow ${JSON.stringify(slug)}; ${
        known.length === 0
          ? "the store has no flows yet: apply a blueprint that defines one"
          : `known flows: ${list}`
      }`,
    );
    this.slug = slug;
    this.known = known;
  }
}

/** There is no user with this username or pk. */
export class UserNotFound extends RuntimeError {
  override readonly name: string = "UserNotFound";
  constructor(user: string | number) {
    super(`there is no user ${JSON.stringify(user)}; create it first, or start the flow with user: null`);
  }
}

/** There is no flow in progress with this id: it ended, expired, or never was. */
export class SessionNotFound extends RuntimeError {
  override readonly name: string = "SessionNotFound";
  readonly session: string;
  constructor(session: string) {
    super("this flow is not in progress: it has ended, expired, or its id is wrong; start the flow again");
    this.session = session;
  }
}

/** A response was given to an execution that has ended. */
export class FlowFinished extends RuntimeError {
  override readonly name: string = "FlowFinished";
  constructor(slug: string) {
    super(`flow ${JSON.stringify(slug)} has ended; start it again`);
  }
}

/** A flow sent its client round and round without ever showing anything. */
export class FlowLoop extends RuntimeError {
  override readonly name: string = "FlowLoop";
  constructor(slug: string, hops: number) {
    super(
      `flow ${JSON.stringify(slug)} redirected to itself ${hops} times without a challenge; ` +
        "look for a stage that always fails and whose binding restarts the flow",
    );
  }
}

/** Another request changed the flow's state first. Handled inside: the request is run again on the new state. */
export class SessionConflict extends RuntimeError {
  override readonly name: string = "SessionConflict";
  constructor() {
    super("this flow was changed by another request at the same time; send the request again");
  }
}

/**
 * A policy could not be evaluated, and what it protects would have been skipped for it. The flow stops; the same
 * request may be sent again.
 */
export class PolicyUndecided extends RuntimeError {
  override readonly name: string = "PolicyUndecided";
  constructor(policies: readonly string[]) {
    super(`the decision of ${policies.join(", ")} is missing`);
  }
}

/** The store's objects do not fit together (a binding names a stage that is not there, say). */
export class FlowMisconfigured extends RuntimeError {
  override readonly name: string = "FlowMisconfigured";
}

/** What a flow in progress stands on was deleted: it cannot go on, only start again. Handled inside. */
export class FlowOutdated extends FlowMisconfigured {
  override readonly name: string = "FlowOutdated";
}
