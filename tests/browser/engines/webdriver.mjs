// Classic WebDriver (https://www.w3.org/TR/webdriver2/): commands as JSON over HTTP.

/** Opens a session with the driver that starts to listen at `port` of this machine. */
export async function newSession(port) {
  const driver = `http://127.0.0.1:${port}`;
  await listens(`${driver}/status`);
  const { sessionId } = await ask(driver, "POST", "session", { capabilities: {} });
  return {
    /** Sends a command of this session and answers its value. */
    ask: (method, path, body) => ask(driver, method, `session/${sessionId}${path && "/"}${path}`, body),
  };
}

async function ask(driver, method, path, body) {
  const response = await fetch(`${driver}/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
  return value;
}

/** Drivers do not say when they have begun to listen: this asks until one does. */
async function listens(address) {
  for (;;) {
    try {
      return await fetch(address);
    } catch {
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }
}
