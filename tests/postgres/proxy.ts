// A way to a database that can be cut: while it is down, or at the very moment of a commit.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Where a commit is lost: on its way to the database, or its answer on the way back. */
export type Loss = "request" | "answer";

/** A TCP proxy in front of a PostgreSQL server. */
export class PostgresProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #loss: Loss | undefined;
  #isUp = true;
  #isForeign = false;

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#server = server;
    server.on("connection", (client) => this.#pass(client));
  }

  /** A proxy for the server at this address. */
  static async start(url: string): Promise<PostgresProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new PostgresProxy(new URL(url), server);
  }

  /** The same database, through the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = String((this.#server.address() as { port: number }).port);
    return url.href;
  }

  /** Loses the next commit and breaks its connection. */
  loseCommit(loss: Loss): void {
    this.#loss = loss;
  }

  /** Has the server say how severe errors are in another language, as one with other `lc_messages` does. */
  translate(): void {
    this.#isForeign = true;
  }

  /** Breaks all connections and takes no new ones. */
  down(): void {
    this.#isUp = false;
    this.cut();
  }

  /** Takes connections again. */
  up(): void {
    this.#isUp = true;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(client: Socket): void {
    if (!this.#isUp) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.#target.port), this.#target.hostname);
    let isLosing = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (this.#loss !== undefined && chunk.includes("postern-commit")) {
        const loss = this.#loss;
        this.#loss = undefined;
        if (loss === "request") {
          client.destroy();
          return;
        }
        isLosing = true;
      }
      server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (isLosing) client.destroy();
      else client.write(this.#isForeign ? translated(chunk) : chunk);
    });
  }
}

/** An error's first field is its severity in the server's language; the word is as long, so that lengths stay true. */
function translated(chunk: Buffer): Buffer {
  return Buffer.from(chunk.toString("latin1").replaceAll("SERROR\0VERROR\0", "SHATA!\0VERROR\0"), "latin1");
}
