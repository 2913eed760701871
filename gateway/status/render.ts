import type { DeviceStatus, GatewayStatus } from './status.ts'

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

const linkSentences: Record<GatewayStatus['link'], string> = {
  live: 'connected',
  greeting: 'connecting',
  offline: 'cut off: everything is kept here until the server is back',
  fenced: 'refused by the server',
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
.bad{color:#b00020;font-weight:600}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th,td{border-color:#333}.bad{color:#ff8a80}}`

/** The status page as one HTML document. Every text in it may come from a device. */
export function renderStatus(status: GatewayStatus): string {
  const facts: [string, string, boolean?][] = [
    ['Link to the server', linkSentences[status.link], status.link !== 'live'],
    ...(status.refusal === null
      ? []
      : [['Refused because', status.refusal, true] as [string, string, boolean]]),
    ['Watched up to', time(status.watermark)],
    ['Waiting to be sent', `${status.spoolDepth} batches, ${Math.ceil(status.spoolBytes / 1024)} KB kept`],
    ['Dropped for want of room', `${status.droppedBatches} batches`, status.droppedBatches > 0],
    ['Time', `${time(status.now)}${status.approximate ? ' (approximate)' : ''}`, status.approximate],
    ...status.deafLinks.map((link): [string, string, boolean] => ['Cannot hear', link, true]),
    ['Gateway', `${status.gatewayId}, software ${status.software}`],
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Stillwatch gateway</title><style>${style}</style></head><body>
<h1>Stillwatch gateway</h1><table>${facts.map(factRow).join('')}</table>
<h2>${status.devices.length} devices</h2><table><tr><th>Device</th><th>Address</th><th>Last sign of life</th></tr>
${status.devices.map(deviceRow).join('')}</table></body></html>`
}

const factRow = ([name, value, bad]: [string, string, boolean?]): string =>
  `<tr><th>${escaped(name)}</th><td${bad ? ' class="bad"' : ''}>${escaped(value)}</td></tr>`

const deviceRow = (device: DeviceStatus): string =>
  `<tr><td>${escaped(device.name)}</td><td>${escaped(device.address)}</td>` +
  `<td${device.pastDeadline ? ' class="bad"' : ''}>${time(device.lastEvidenceAt)}</td></tr>\n`

const time = (at: number | null): string =>
  at ? `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC` : 'none yet'
