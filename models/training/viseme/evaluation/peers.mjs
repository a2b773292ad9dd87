// Runs a peer's own published code in Node over raw sound, as a browser would run it: `node peers.mjs PEER PACKAGES JOBS.json`.
//
// PEER is headaudio or wlipsync, PACKAGES the node_modules folder that has it. JOBS.json: {rate_hz, stride_ms, profile, features, clips:
// [{sound, track}]}; `sound` is a file of float32 at rate_hz, into `track` go rows of float32, row k as shown k * stride_ms after the
// clip began, when all sound up to then has been heard. headaudio: its 15 blend-shape values. wlipsync: weights in the profile's order,
// then the volume; with `features` instead a row of 12 MFCC, which a calibration is made of.
//
// Web Audio is stood in for by the few lines that these worklets use: blocks of 128 samples, messages that arrive at once. A browser
// is never quicker, so lag that is measured here is the peer's own.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const BLOCK = 128;
const [peer, packages, jobsPath] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(jobsPath, "utf8"));

const processors = new Map();
let justMade = null;

class Port {
  onmessage = null;
  other = null;

  postMessage(data) {
    this.other?.onmessage?.({ data });
  }
}

function joined(one, two) {
  one.other = two;
  two.other = one;
}

globalThis.sampleRate = jobs.rate_hz;
globalThis.currentTime = 0;
globalThis.registerProcessor = (name, kind) => processors.set(name, kind);
globalThis.AudioWorkletProcessor = class {
  port = new Port();
};
globalThis.AudioWorkletNode = class {
  port = new Port();

  constructor(_context, name, options) {
    const Kind = processors.get(name);
    this.parameters = new Map((Kind.parameterDescriptors ?? []).map((one) => [one.name, { value: one.defaultValue }]));
    for (const [key, value] of Object.entries(options?.parameterData ?? {})) this.parameters.get(key).value = value;
    const processor = new Kind(options ?? {});
    joined(this.port, processor.port);
    justMade = { node: this, processor };
  }
};

function load(...parts) {
  return import(pathToFileURL(join(packages, ...parts)).href);
}

function dataUrl(...parts) {
  return `data:application/octet-stream;base64,${readFileSync(join(packages, ...parts)).toString("base64")}`;
}

async function headaudio() {
  const folder = ["@met4citizen", "headaudio"];
  await load(...folder, "modules", "headworklet.mjs");
  const { HeadAudio } = await load(...folder, "modules", "headaudio.mjs");
  const order = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"];
  return async () => {
    const node = new HeadAudio({ sampleRate: jobs.rate_hz });
    await node.loadModel(dataUrl(...folder, "dist", "model-en-mixed.bin"));
    const shown = new Float32Array(order.length);
    node.onvalue = (key, value) => (shown[order.indexOf(key.replace("viseme_", ""))] = value);
    return {
      ...justMade,
      row: () => {
        node.update(jobs.stride_ms);
        return shown;
      },
    };
  };
}

async function wlipsync() {
  await load("wlipsync", "dist", "audio-processor.js");
  const { WLipSyncAudioNode } = await load("wlipsync", "dist", "wlipsync.js");
  const wasm = await WebAssembly.compile(readFileSync(join(packages, "wlipsync", "dist", "wlipsync.wasm")));
  const profile = jobs.profile;
  const names = profile.mfccs.map((one) => one.name);
  return async () => {
    const node = new WLipSyncAudioNode({ sampleRate: jobs.rate_hz }, profile, wasm);
    const { processor } = justMade;
    while (processor.inputBufferIndex < 0) await new Promise((done) => setImmediate(done));
    const row = () =>
      jobs.features
        ? new Float32Array(processor.volumeView.buffer, processor.exports.mfccOut.value, 12)
        : Float32Array.from([...names.map((name) => node.weights[name]), node.volume]);
    return { node, processor, row };
  };
}

const begin = await { headaudio, wlipsync }[peer]();
for (const { sound, track } of jobs.clips) {
  const bytes = readFileSync(sound);
  const pcm = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  globalThis.currentTime = 0;
  const { node, processor, row } = await begin();
  const parameters = Object.fromEntries([...node.parameters].map(([name, parameter]) => [name, [parameter.value]]));
  const rows = [];
  const stride = (jobs.rate_hz * jobs.stride_ms) / 1000;
  for (let start = 0; start + BLOCK <= pcm.length; start += BLOCK) {
    // Rows whose instant lies before this block are shown without it.
    while (rows.length * stride < start + BLOCK) rows.push(Float32Array.from(row()));
    globalThis.currentTime = start / jobs.rate_hz;
    processor.process([[pcm.subarray(start, start + BLOCK)]], [], parameters);
  }
  const flat = new Float32Array(rows.length * (rows[0]?.length ?? 0));
  rows.forEach((values, place) => flat.set(values, place * values.length));
  writeFileSync(track, Buffer.from(flat.buffer));
  process.stdout.write(".");
}
