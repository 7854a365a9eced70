// Runs the bundle beside it as launch.cjs does, and leaves behind what V8 compiled meanwhile.
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const script = new Script(readFileSync(join(__dirname, "main.cjs"), "utf8"), { filename: "main.cjs" });
process.on("exit", () => writeFileSync(join(__dirname, "main.cache"), script.createCachedData()));
script.runInThisContext()(require, module);
