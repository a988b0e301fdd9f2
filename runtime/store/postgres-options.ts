// Settings of the store in a PostgreSQL database. Apart from it, since its driver has no types that a package could bring along.

/** How a database is connected to. */
export interface ConnectionOptions {
  /** Most connections that are open at a time. Default 10. */
  readonly connections?: number;
  /** Milliseconds that getting a connection may take. Default 5,000. */
  readonly connectTimeout?: number;
  /** Milliseconds that a statement may take, waiting for locks included. Default 15,000. */
  readonly statementTimeout?: number;
  /** Milliseconds after which a connection that is not used is closed. Default 30,000. */
  readonly idleTimeout?: number;
  /** The name under which the server lists the connections. Default `postern`. */
  readonly applicationName?: string;
}

/** Settings of `postgresStore`. */
export interface PostgresOptions extends ConnectionOptions {
  /**
   * Encrypts secret fields in the database (AES-256-GCM): 32 bytes, or their spelling as 64 hexadecimal digits or
   * base64. Plain secrets are encrypted when the database is first opened with a key. Whoever loses the key loses them.
   */
  readonly key?: Uint8Array | string;
  /** The schema that the tables are in; it is made where there is none. Default `postern`. */
  readonly schema?: string;
  /** Told of what was ignored in the database (unknown fields), one sentence each. Default: `process.emitWarning`. */
  readonly notice?: (text: string) => void;
}
