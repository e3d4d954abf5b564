#include "tools/report/page_style.h"

namespace foreshock {

const std::string_view kPageStyle = R"css(
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#1b2330;--soft:#5b6675;--line:#e3e6eb;--grid:#eceef2;
--demand:#2563a8;--value:#7a4fa3;--capacity:#0b7a75;--promise:#96591a;--usual:#8a94a3;--bound:#b42318;
--warning:#f2a93b;--breach:#d92d20;--spike:#5b8def;--good:#187a4b;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root{--page:#10151c;--card:#171e27;--ink:#e7ebf1;--soft:#9aa5b4;--line:#2a333f;--grid:#222b36;
--demand:#6aa9ea;--value:#b992e0;--capacity:#4cc0b4;--promise:#dba35f;--usual:#7c8797;--bound:#f0776c;
--warning:#e5a13a;--breach:#ef5b50;--spike:#6f9cf3;--good:#58c48f;--code:#232d39}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1160px;margin:0 auto;padding:40px 20px 56px}
header p{margin:0}
.eyebrow{color:var(--soft);font-size:13px;letter-spacing:.02em}
h1{font-size:30px;line-height:1.2;font-weight:650;margin:2px 0 4px;letter-spacing:-.01em}
h2{font-size:18px;font-weight:650;margin:0 0 12px}
.range{color:var(--soft)}
.lead{font-size:18px;line-height:1.5;max-width:46em;margin:22px 0 24px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:12px;margin-bottom:24px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tile{padding:14px 16px}
.tile b{display:block;font-size:20px;white-space:nowrap;line-height:1.25;font-weight:650;letter-spacing:-.01em}
.tile span{color:var(--soft);font-size:13px}
.card{padding:20px 22px;margin-bottom:24px;overflow-x:auto}
.card>svg{display:block;width:100%;min-width:760px;height:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:500;color:var(--soft);font-size:13px;padding:0 14px 8px 0;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:9px 14px 9px 0;border-bottom:1px solid var(--grid);vertical-align:top}
tr:last-child td{border-bottom:0}
td.n,th.n{white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bound)}.soft{color:var(--soft)}
code{font:.92em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--code);border-radius:4px;padding:.08em .32em}
a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}
.legend{display:flex;flex-wrap:wrap;gap:6px 20px;color:var(--soft);font-size:13px;margin:14px 0 0;padding:0;list-style:none}
.legend i{display:inline-block;width:18px;height:10px;margin-right:7px;border-radius:2px;vertical-align:0}
.legend .line{height:0;border-top:2px dashed;border-radius:0;vertical-align:4px}
.facts{color:var(--soft);margin:-8px 0 14px}
.said{list-style:none;margin:18px 0 0;padding:0;font-size:14px}
.said li{padding:8px 0 8px 58px;border-top:1px solid var(--grid);position:relative}
.said time{position:absolute;left:0;color:var(--soft)}
.said.days li{padding-left:118px}
details{margin-top:12px}summary{cursor:pointer;color:var(--soft);font-size:14px;padding:4px 0 10px}
footer{color:var(--soft);font-size:13px;max-width:62em}
svg text{font-size:11px;fill:var(--soft)}
svg .title{font-size:12.5px;font-weight:600;fill:var(--ink)}
svg .peak{font-size:12.5px;fill:var(--ink)}
svg .axis{text-anchor:end;font-size:10.5px}
svg .time{text-anchor:middle;font-size:10.5px}
svg .day{fill:var(--ink);font-weight:600}
svg path{fill:none;vector-effect:non-scaling-stroke}
svg .grid{stroke:var(--grid)}
svg .tick{stroke:var(--grid)}
svg .line{stroke-width:1.6;stroke-linejoin:round}
svg .line.demand{stroke:var(--demand)}svg .line.value{stroke:var(--value)}
svg .line.capacity{stroke:var(--capacity)}svg .line.promise{stroke:var(--promise)}
svg .line.usual{stroke:var(--usual);stroke-width:1.3;stroke-dasharray:5 4}
svg .band{stroke:none;fill-opacity:.16}
svg .band.demand{fill:var(--demand)}svg .band.value{fill:var(--value)}
svg .band.capacity{fill:var(--capacity)}svg .band.promise{fill:var(--promise)}
svg .bound{stroke:var(--bound);stroke-width:1.2;stroke-dasharray:2 3}
svg .spike{fill:var(--spike);fill-opacity:.10}
svg .warning{fill:var(--warning);fill-opacity:.17}
svg .breach{fill:var(--breach);fill-opacity:.13}
svg .lane .spike{fill-opacity:.35}svg .lane .warning{fill-opacity:.9}svg .lane .breach{fill-opacity:1}
@media print{body{background:#fff}.card,.tile{break-inside:avoid;border-color:#ccc}main{max-width:none;padding:0}}
)css";

}  // namespace foreshock
