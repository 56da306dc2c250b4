// SPDX-License-Identifier: BSD-3-Clause
// Reads HEP3 packets, one in hexadecimal digits a line, by hep-js; prints what each is, a line of JSON: its chunks, the
// payload as the object that it has to be.
const hep = require("hep-js");
const lines = require("fs").readFileSync(0, "ascii").split("\n");

for (const line of lines.filter(Boolean)) {
    const packet = hep.decapsulate(Buffer.from(line, "hex"));
    if (!packet) {
        console.error("no HEP3: " + line);
        process.exit(1);
    }
    console.log(JSON.stringify({ ...packet.rcinfo, payload: JSON.parse(packet.payload), hex: line }));
}
