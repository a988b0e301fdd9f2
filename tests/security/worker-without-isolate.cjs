// A worker from which the isolate was taken away: programs run as they are in its process, with whatever rights that has.
//
// For tests only. It speaks as much of the wire (engine/sandbox/frames.ts) as one evaluation needs.
const { readSync, writeSync } = require("node:fs");

const LOAD = 2;
const RUN = 1;
const READY = 16;
const DONE = 17;

function send(type, fields, texts) {
  const bytes = texts.map((text) => Buffer.from(text));
  const head = Buffer.alloc(5 + 4 * (fields.length + texts.length));
  head.writeUInt32LE(head.length - 4 + bytes.reduce((sum, { length }) => sum + length, 0), 0);
  head[4] = type;
  [...fields, ...bytes.map(({ length }) => length)].forEach((field, index) => {
    head.writeUInt32LE(field, 5 + 4 * index);
  });
  writeSync(1, Buffer.concat([head, ...bytes]));
}

let held = Buffer.alloc(0);
function next() {
  while (held.length < 4 || held.length < 4 + held.readUInt32LE(0)) {
    const chunk = Buffer.alloc(65_536);
    const count = readSync(0, chunk);
    if (count === 0) process.exit(0);
    held = Buffer.concat([held, chunk.subarray(0, count)]);
  }
  const end = 4 + held.readUInt32LE(0);
  const frame = held.subarray(4, end);
  held = held.subarray(end);
  return frame;
}

let program;
send(READY, [], []);
for (;;) {
  const frame = next();
  if (frame[0] === LOAD) {
    // [u8 type][u32 number][u32 length of the id][u32 length of the code][id][code]
    const idLength = frame.readUInt32LE(5);
    // biome-ignore lint/security/noGlobalEval: running the program outside of any isolate is what this file is for.
    program = eval(`(${frame.subarray(13 + idLength).toString()})`)();
  } else if (frame[0] === RUN) {
    send(DONE, [frame.readUInt32LE(1)], [JSON.stringify(program(require)) ?? "null"]);
  }
}
