// WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/): commands and events as JSON over a WebSocket.
import { once } from "node:events";
import WebSocket from "ws";

/** Connects to a browser that listens at `address`. */
export async function connect(address) {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await once(socket, "open");
  const asked = new Map();
  const listeners = new Map();
  let last = 0;

  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.type === "event") return listeners.get(message.method)?.(message.params);
    const { resolve, reject } = asked.get(message.id) ?? {};
    asked.delete(message.id);
    if (message.type === "success") resolve?.(message.result);
    else reject?.(new Error(`${message.error}: ${message.message}`));
  });
  socket.on("close", () => {
    for (const { reject } of asked.values()) reject(new Error("the browser has hung up"));
    asked.clear();
  });

  return {
    /** Sends a command and answers its result. */
    ask(method, params) {
      const id = ++last;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    /** Calls `listener` with the parameters of each event of that name. */
    on(event, listener) {
      listeners.set(event, listener);
    },
    close() {
      socket.close();
    },
  };
}
