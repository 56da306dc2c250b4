-- SPDX-License-Identifier: BSD-3-Clause
-- Sends the PCAP file of Pktgen's `-s 0:FILE` once through port 0, and prints what came back.
-- From the environment: PACKETS, frames in the file; RATE, percent of the link (100).

package.path = package.path .. ";?.lua"
require "Pktgen"

local packets = tonumber(os.getenv("PACKETS") or "0")
local rate = tonumber(os.getenv("RATE") or "100")

pktgen.screen("off")
pktgen.clear("all")
pktgen.set("0", "rate", rate)
-- SRTP is sent once: a second round would be a replay, which a relay has to drop.
pktgen.set("0", "count", packets)
pktgen.start("0")
local waited = 0
while pktgen.isSending("0")[0] == "y" and waited < 60000 do
	pktgen.delay(100)
	waited = waited + 100
end
pktgen.delay(1500)
local stats = pktgen.portStats("0", "port")[0]
printf("\nRESULT sent %d received %d lost %d\n", stats.opackets, stats.ipackets, stats.opackets - stats.ipackets)
pktgen.quit()
