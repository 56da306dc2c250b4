-- SPDX-License-Identifier: BSD-3-Clause
-- Sends the PCAP file of Pktgen's `-s 0:FILE` once through port 0, and prints how many frames were sent and came back, and
-- how fast. From the environment:
-- PACKETS   frames in the file
-- RATE      percent of the link (100)
-- FLOWS     the file again, if its calls are plain RTP to plain RTP: Pktgen's time stamps are sent through their flows too
-- LATENCY   where the times they took are written, ns, one a line behind a line that says "Latency"

package.path = package.path .. ";?.lua"
require "Pktgen"

local packets = tonumber(os.getenv("PACKETS") or "0")
local flows, latency = os.getenv("FLOWS"), os.getenv("LATENCY")
local PROBED, SAMPLES = 500, 20000

-- The different UDP flows among the first frames: addresses as text.
local function flows_of(name)
	local file, found, seen = assert(io.open(name, "rb")), {}, {}
	file:read(24)
	while #found < PROBED do
		local record = file:read(16)
		local frame = record and file:read((string.unpack("<I4", record, 9)))
		if not frame then break end
		local tuple = frame:sub(27, 38)
		if seen[tuple] then break end
		seen[tuple] = true
		local function ip(at) return table.concat({frame:byte(at, at + 3)}, ".") end
		found[#found + 1] = {
			mac = string.format("%02x:%02x:%02x:%02x:%02x:%02x", frame:byte(1, 6)),
			src = ip(27), dst = ip(31),
			sport = string.unpack(">I2", frame, 35), dport = string.unpack(">I2", frame, 37),
		}
	end
	file:close()
	return found
end

-- A frame with a time stamp through one flow. What it carries begins like RTP; the stamp is where the SSRC is, so that
-- each is a stream of its own, of which a relay lets a few enter each flow.
local function probe(flow)
	pktgen.set_mac("0", "dst", flow.mac)
	pktgen.set_ipaddr("0", "src", flow.src .. "/32")
	pktgen.set_ipaddr("0", "dst", flow.dst)
	pktgen.set("0", "sport", flow.sport)
	pktgen.set("0", "dport", flow.dport)
	pktgen.latency("0", "on")
	pktgen.delay(5)
	pktgen.latency("0", "off")
end

local function uptime()
	local file = io.open("/proc/uptime")
	local seconds = file:read("n")
	file:close()
	return seconds
end

local function sending() return pktgen.isSending("0")[0] == "y" end

local probes = flows and flows_of(flows) or {}
pktgen.screen("off")
pktgen.clear("all")
pktgen.set("0", "rate", tonumber(os.getenv("RATE") or "100"))
-- SRTP is sent once: a second round would be a replay, which a relay has to drop.
pktgen.set("0", "count", packets)
if #probes > 0 then
	pktgen.set_proto("0", "udp")
	-- It repeats every 16 bytes from the start of the frame; the eleventh is the first of what UDP carries.
	pktgen.userPattern("0", "..........\x80")
	pktgen.latsampler_params("0", "simple", SAMPLES, 1000000, latency)
	pktgen.latsampler("0", "on")
end
pktgen.start("0")
local began, at = uptime(), 0
while sending() do
	at = at + 1
	if probes[at] then probe(probes[at]) else pktgen.delay(10) end
end
local seconds = uptime() - began
pktgen.delay(1500)
if #probes > 0 then pktgen.latsampler("0", "off") end
local stats = pktgen.portStats("0", "port")[0]
printf("\nRESULT sent %d received %d lost %d, %.0f a second\n",
	stats.opackets, stats.ipackets, stats.opackets - stats.ipackets, stats.opackets / seconds)
pktgen.quit()
