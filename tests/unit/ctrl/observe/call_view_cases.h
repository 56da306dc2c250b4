/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The known call of call_view_test.c as NG and the admin socket have it. Ports are A-RTP, ARTCP,
 * B-RTP and BRTCP, our key towards A is OUR--KEY, and ' stands for ".
 */
#ifndef SL_TESTS_CALL_VIEW_CASES_H
#define SL_TESTS_CALL_VIEW_CASES_H

/* clang-format off */
#define NG_JSON \
	"{'created':1000,'tags':{'A':{'label':'Alice','tag':'A','created':1000," \
	"'in dialogue with':'B','medias':[{'index':1,'type':'audio','protocol':'RTP/SAVP'," \
	"'streams':[{'local port':A-RTP,'SSRC':7,'endpoint':{'family':'IPv4'," \
	"'address':'192.0.2.1','port':5004},'crypto suite':'AES_CM_128_HMAC_SHA1_80'," \
	"'last packet':0,'flags':['RTP'],'stats':{'packets':50,'bytes':5000,'errors':3}}," \
	"{'local port':ARTCP,'flags':['RTCP'],'stats':{'packets':3,'bytes':180,'errors':0}}]}," \
	"{'index':2,'type':'video','protocol':'RTP/AVP','streams':[]}]},'B':{'tag':'B'," \
	"'created':1000,'in dialogue with':'A','medias':[{'index':1,'type':'audio'," \
	"'protocol':'RTP/AVP','streams':[{'local port':B-RTP,'endpoint':{'family':'IPv4'," \
	"'address':'198.51.100.2','port':6004},'last packet':0,'flags':['RTP']," \
	"'stats':{'packets':40,'bytes':4000,'errors':1}},{'local port':BRTCP,'flags':['RTCP']," \
	"'stats':{'packets':3,'bytes':180,'errors':0}}]},{'index':2,'type':'video','streams':[" \
	"]}]}},'totals':{'RTP':{'packets':90,'bytes':9000,'errors':4},'RTCP':{'packets':6," \
	"'bytes':360,'errors':0}},'relay latency':{'average':2,'highest':4},'why':[" \
	"{'cause':'on-hold','text':'B holds'}],'SSRC':{'7':{'packets':50,'bytes':5000," \
	"'cumulative loss':0}}}"

#define NG_BENCODE \
	"d7:createdi1000e4:tagsd1:Ad5:label5:Alice3:tag1:A7:createdi1000e16:in dialogue with1:B" \
	"6:mediasld5:indexi1e4:type5:audio8:protocol8:RTP/SAVP7:streamsld10:local portiA-RTPe" \
	"4:SSRCi7e8:endpointd6:family4:IPv47:address9:192.0.2.14:porti5004ee12:crypto suite" \
	"23:AES_CM_128_HMAC_SHA1_8011:last packeti0e5:flagsl3:RTPe5:statsd7:packetsi50e5:bytes" \
	"i5000e6:errorsi3eeed10:local portiARTCPe5:flagsl4:RTCPe5:statsd7:packetsi3e5:bytes" \
	"i180e6:errorsi0eeeeed5:indexi2e4:type5:video8:protocol7:RTP/AVP7:streamsleeee1:Bd3:tag" \
	"1:B7:createdi1000e16:in dialogue with1:A6:mediasld5:indexi1e4:type5:audio8:protocol" \
	"7:RTP/AVP7:streamsld10:local portiB-RTPe8:endpointd6:family4:IPv47:address" \
	"12:198.51.100.24:porti6004ee11:last packeti0e5:flagsl3:RTPe5:statsd7:packetsi40e" \
	"5:bytesi4000e6:errorsi1eeed10:local portiBRTCPe5:flagsl4:RTCPe5:statsd7:packetsi3e" \
	"5:bytesi180e6:errorsi0eeeeed5:indexi2e4:type5:video7:streamsleeeee6:totalsd3:RTPd" \
	"7:packetsi90e5:bytesi9000e6:errorsi4ee4:RTCPd7:packetsi6e5:bytesi360e6:errorsi0eee" \
	"13:relay latencyd7:averagei2e7:highesti4ee3:whyld5:cause7:on-hold4:text7:B holdsee" \
	"4:SSRCd1:7d7:packetsi50e5:bytesi5000e15:cumulative lossi0eeee"

#define NG_JSON_CUT \
	"{'created':1000,'cut':'details','tags':{'A':{'label':'Alice','medias':[{'index':1," \
	"'type':'audio','protocol':'RTP/SAVP','streams':[{'local port':A-RTP,'SSRC':7," \
	"'endpoint':{'family':'IPv4','address':'192.0.2.1','port':5004}}]},{'index':2," \
	"'type':'video','protocol':'RTP/AVP','streams':[]}]},'B':{'medias':[{'index':1," \
	"'type':'audio','protocol':'RTP/AVP','streams':[{'local port':B-RTP," \
	"'endpoint':{'family':'IPv4','address':'198.51.100.2','port':6004}}]},{'index':2," \
	"'type':'video','streams':[]}]}},'totals':{'RTP':{'packets':90,'bytes':9000," \
	"'errors':4},'RTCP':{'packets':6,'bytes':360,'errors':0}},'relay latency':{'average':2," \
	"'highest':4},'why':[{'cause':'on-hold','text':'B holds'}],'SSRC':{'7':{'packets':50," \
	"'bytes':5000,'cumulative loss':0,'average MOS':{'MOS':47,'packet loss':1,'jitter':2," \
	"'round-trip time':12500,'round-trip time leg':6000,'samples':2}," \
	"'lowest MOS':{'MOS':45,'packet loss':2,'jitter':3,'round-trip time':13000," \
	"'round-trip time leg':6000,'reported at':1005},'highest MOS':{'MOS':50," \
	"'packet loss':1,'jitter':2,'round-trip time':12000,'round-trip time leg':6001," \
	"'reported at':1010}}}}"

#define ADMIN_CALL \
	"{'id':'call','state':'up','created':1000,'age':42,'legs':[{'tag':'A','label':'Alice'," \
	"'connected_with':'B','interface':'public','created':1000,'media':[{'type':'audio'," \
	"'protocol':'RTP/SAVP','suite':'AES_CM_128_HMAC_SHA1_80','local':'203.0.113.10:A-RTP'," \
	"'remote':'192.0.2.1:5004','remote_rtcp':'192.0.2.1:5005','rtcp_mux':false," \
	"'held':false,'key_in':'4c0c0a7c','key_out':'OUR--KEY','from_leg':{'open':true," \
	"'packets':50,'bytes':5000,'rtcp_packets':3,'rtcp_bytes':180,'last_packet':0," \
	"'drops':{'source':1,'auth':2}},'source':{'address':'192.0.2.1:5004','moves':0," \
	"'refused':0,'last_refused':'-'},'streams':[{'ssrc':7,'packets':50,'lost':0," \
	"'reordered':0,'duplicates':0,'jitter_ms':0.0,'mos':4.75,'lowest_mos':4.5," \
	"'round_trip_ms':12.5}],'latency_us':{'average':2.5,'highest':4.0}," \
	"'source_rtcp':{'address':'192.0.2.1:5005','moves':0,'refused':0,'last_refused':'-'}," \
	"'to_leg':{'open':true,'packets':40,'bytes':4000,'rtcp_packets':3,'rtcp_bytes':180," \
	"'last_packet':0,'drops':{'source':1}},'remote_call':null},{'type':'video'," \
	"'protocol':'RTP/AVP','suite':'RTP','local':'-','remote':'-','remote_rtcp':'-'," \
	"'rtcp_mux':false,'held':false,'key_in':'','key_out':'','from_leg':{'open':false," \
	"'packets':0,'bytes':0,'rtcp_packets':0,'rtcp_bytes':0,'last_packet':0,'drops':{}}," \
	"'source':null,'streams':[],'latency_us':null,'source_rtcp':null," \
	"'to_leg':{'open':false,'packets':0,'bytes':0,'rtcp_packets':0,'rtcp_bytes':0," \
	"'last_packet':0,'drops':{}},'remote_call':null}]},{'tag':'B','label':null," \
	"'connected_with':'A','interface':'public','created':1000,'media':[{'type':'audio'," \
	"'protocol':'RTP/AVP','suite':'RTP','local':'203.0.113.10:B-RTP'," \
	"'remote':'198.51.100.2:6004','remote_rtcp':'198.51.100.2:6005','rtcp_mux':false," \
	"'held':false,'key_in':'','key_out':'','from_leg':{'open':true,'packets':40," \
	"'bytes':4000,'rtcp_packets':3,'rtcp_bytes':180,'last_packet':0,'drops':{'source':1}}," \
	"'source':{'address':'198.51.100.2:6004','moves':0,'refused':0,'last_refused':'-'}," \
	"'streams':[],'latency_us':null,'source_rtcp':{'address':'198.51.100.2:6005','moves':0," \
	"'refused':0,'last_refused':'-'},'to_leg':{'open':true,'packets':50,'bytes':5000," \
	"'rtcp_packets':3,'rtcp_bytes':180,'last_packet':0,'drops':{'source':1,'auth':2}}," \
	"'remote_call':null},{'type':'video','protocol':'-','suite':'RTP','local':'-'," \
	"'remote':'-','remote_rtcp':'-','rtcp_mux':false,'held':false,'key_in':'','key_out':''," \
	"'from_leg':{'open':false,'packets':0,'bytes':0,'rtcp_packets':0,'rtcp_bytes':0," \
	"'last_packet':0,'drops':{}},'source':null,'streams':[],'latency_us':null," \
	"'source_rtcp':null,'to_leg':{'open':false,'packets':0,'bytes':0,'rtcp_packets':0," \
	"'rtcp_bytes':0,'last_packet':0,'drops':{}},'remote_call':null}]}]}"

#define ADMIN_ROW \
	"{'id':'call','state':'up','age':42,'suites':['AES_CM_128_HMAC_SHA1_80','RTP']," \
	"'addresses':['192.0.2.1:5004','198.51.100.2:6004'],'labels':['Alice',null]," \
	"'packets':[50,40],'drops':4,'loss_percent':0.0,'jitter_ms':0.0,'mos':4.75}"

#define ADMIN_TOTALS \
	"{'seconds':42,'totals':[{'leg':'A','packets':53,'bytes':5180,'drops':3},{'leg':'B'," \
	"'packets':43,'bytes':4180,'drops':1}]}"
/* clang-format on */

#endif
