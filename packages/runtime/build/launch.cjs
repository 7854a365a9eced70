// What a built executable runs first: the bundle, with the code that V8 compiled for it in the rehearsal of the build
// (rehearsal.ts). Without that, or when V8 takes it for another version's, everything is compiled anew: only slower.
const { getRawAsset } = require("node:sea");
const { Script } = require("node:vm");

const source = Buffer.from(getRawAsset("main.cjs")).toString();
const cachedData = Buffer.from(getRawAsset("main.cache"));
new Script(source, { filename: "main.cjs", cachedData }).runInThisContext()(require, module);
