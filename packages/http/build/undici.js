/**
 * What our HTTP client uses of undici. Its own entry loads `fetch`, web sockets, caches and mocks as well: 4 MiB of memory
 * and half of the time it takes to load.
 */
export { default as Agent } from "undici/lib/dispatcher/agent.js";
export { default as ProxyAgent } from "undici/lib/dispatcher/proxy-agent.js";
