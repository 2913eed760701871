import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valueColumns } from '../../../server/devices/import-columns.ts'
import { readImportFile } from '../../../server/devices/import-file.ts'
import { cyclesIn } from '../../../server/devices/import-names.ts'
import { fuzzParameters, propertyParameters } from '../../suites/counts.ts'
import { devicesUnderTest } from './devices-under-test.ts'

const good = `site,gateway,name,kind,address,intervalS,dependsOn,snmp.version,snmp.port,snmp.auth.protocol,snmp.auth.key,mqtt.topic
Harbour house,Cellar,Camera 1,camera,192.0.2.1,,SW-3; Core,2c,1161,,,
1,cellar,SW-3,switch,192.0.2.2,30,Core,3,,sha,a-long-enough-key,
harbour HOUSE,Cellar,Core,switch,core.example,,,2c,,,,
,,,,,,,,,,,
Harbour house,Cellar,"Door ""A""",door,192.0.2.3,3600,,,,,,site/door/a
`

async function importing() {
  const api = await devicesUnderTest()
  const send = async (csv: string, dryRun?: boolean) => {
    const body = { csv, ...(dryRun === undefined ? {} : { dryRun }) }
    const answer = await api.call('POST', '/api/v1/devices/import', { token: api.noc, body })
    return answer.body as unknown as {
      created: number
      errors: { line: number; column?: string; message: string }[]
    }
  }
  const names = async () => {
    const { body } = await api.call('GET', '/api/v1/devices', { token: api.noc })
    return body.items.map((item) => item.name)
  }
  return { ...api, send, names }
}

describe('a file of devices', () => {
  test('is only tried, unless told otherwise', async () => {
    const { send, names, road } = await importing()
    expect(await send(good)).toEqual({ created: 4, errors: [] })
    expect(await names()).toEqual([])
    expect(road.changes).toEqual([])
  })

  test('adds every device under one configuration version, with what they depend on', async () => {
    const { send, names, call, noc, road, records } = await importing()
    expect(await send(good, false)).toEqual({ created: 4, errors: [] })
    expect(await names()).toEqual(['Camera 1', 'Core', 'Door "A"', 'SW-3'])
    expect(road.changes).toHaveLength(1)
    expect(road.changes[0]?.deviceIds).toHaveLength(4)
    const { config_version } = await records.read
      .selectFrom('gateway')
      .select('config_version')
      .executeTakeFirstOrThrow()
    expect(config_version).toBe(1)

    const { body: list } = await call('GET', '/api/v1/devices', { token: noc })
    const byName = new Map(list.items.map((item) => [item.name, item.id]))
    const one = async (name: string) =>
      (await call('GET', `/api/v1/devices/${byName.get(name)}`, { token: noc })).body
    const camera = await one('Camera 1')
    expect((camera.dependsOn as string[]).toSorted()).toEqual(
      [byName.get('Core'), byName.get('SW-3')].toSorted(),
    )
    expect(camera).toMatchObject({ drivers: { snmp: { version: '2c', port: 1161 } }, secrets: [] })
    expect(await one('SW-3')).toMatchObject({ intervalS: 30, silenceWindowS: 90, secrets: ['snmp.auth.key'] })
    expect(await one('Door "A"')).toMatchObject({
      silenceWindowS: 10_800,
      drivers: { mqtt: { topic: 'site/door/a' } },
    })
  })

  test('with errors adds nothing and names every one with its line and column', async () => {
    const { send, names, add } = await importing()
    await add({ name: 'Camera 9' })
    const csv = `site,gateway,name,kind,address,dependsOn,snmp.version,snmp.port,colour
Harbour house,Cellar,A,camera,192.0.2.1,,2c,,
Nowhere,Cellar,B,camera,192.0.2.1,,2c,,
Harbour house,Attic,C,toaster,192.0.2.1,,2c,many,
Harbour house,Cellar,,camera,not an address,,9,,
Harbour house,Cellar,"D
D",camera,192.0.2.1,,,,
Harbour house,Cellar,a,camera,192.0.2.1,Ghost,2c,,
Harbour house,Cellar,CAMERA 9,camera,192.0.2.1,,2c,99999,
Harbour house,Cellar,E,camera,192.0.2.1,F,2c,,
Harbour house,Cellar,F,camera,192.0.2.1,E,2c,,
Harbour house,Cellar,G,camera,192.0.2.1,,2c,,,,extra`
    const { created, errors } = await send(csv, false)
    expect(created).toBe(0)
    expect(errors.map(({ line, column }) => `${line} ${column ?? '-'}`)).toEqual([
      '1 colour',
      '2 name',
      '3 site',
      '4 snmp.port',
      '4 kind',
      '4 gateway',
      '5 name',
      '5 address',
      '5 snmp.version',
      '6 -',
      '8 name',
      '8 dependsOn',
      '9 snmp.port',
      '9 name',
      '10 dependsOn',
      '11 dependsOn',
      '12 -',
    ])
    expect(await names()).toEqual(['Camera 9'])
  })

  test.each([
    ['nothing at all', '', 'The file is empty.'],
    ['only blank lines', '\n \n,,\n', 'The file is empty.'],
    ['an open quote', 'site,gateway\n"a', 'This is not CSV'],
    ['a cell without end', `site\n${'x'.repeat(30_000)}`, 'This is not CSV'],
    ['more lines than fit', `site\n${'x\n'.repeat(10_001)}`, 'at most 10000 devices'],
  ])('with %s is refused', async (_name, csv, message) => {
    const { send } = await importing()
    const { created, errors } = await send(csv, false)
    expect(created).toBe(0)
    expect(errors.at(-1)?.message).toContain(message)
  })

  test('twice the same does not double the fleet', async () => {
    const { send } = await importing()
    await send(good, false)
    const { created, errors } = await send(good, false)
    expect(created).toBe(0)
    expect(errors.map(({ line, column }) => [line, column])).toEqual([
      [2, 'name'],
      [2, 'dependsOn'],
      [2, 'dependsOn'],
      [3, 'name'],
      [3, 'dependsOn'],
      [4, 'name'],
      [6, 'name'],
    ])
  })

  test('as a spreadsheet writes it, with a byte order mark and Windows line ends, is understood', async () => {
    const { send } = await importing()
    expect(await send(`\ufeff${good.replaceAll('\n', '\r\n')}`)).toEqual({ created: 4, errors: [] })
  })
})

const header = ['site', 'gateway', 'dependsOn', ...valueColumns.keys()]
const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '"',
    '""',
    ',',
    ';',
    '\n',
    '\r\n',
    '__proto__',
    'constructor',
    '2c',
    'camera',
    '1e999',
    '-0',
    'NaN',
    '0x10',
  ),
)

test('whatever a file holds, reading it ends with rows or errors on lines that are there', async () => {
  const file = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .tuple(
        fc.array(fc.oneof(fc.constantFrom(...header), cell), { maxLength: 12 }),
        fc.array(fc.array(cell, { maxLength: 14 }), { maxLength: 6 }),
      )
      .map(([head, rows]) => [head, ...rows].map((row) => row.join(',')).join('\n')),
  )
  await fc.assert(
    fc.asyncProperty(file, async (csv) => {
      const { rows, errors } = await readImportFile(csv)
      const lines = csv.split(/\r\n|\r|\n/).length
      for (const { line } of [...rows, ...errors]) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    }),
    fuzzParameters(),
  )
})

test('a device that is on a circle, or above one, is found whatever the graph', () => {
  const graph = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'x'), { maxLength: 3 }),
  )
  /** Follows every path: the slow way to know. */
  const reaches = (
    edges: Record<string, string[]>,
    from: string,
    target: string,
    seen = new Set<string>(),
  ): boolean =>
    (edges[from] ?? []).some((next) => {
      if (next === target) return true
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(edges, next, target, seen)
    })
  fc.assert(
    fc.property(graph, (edges) => {
      const ids = Object.keys(edges)
      const circular = new Set(ids.filter((id) => reaches(edges, id, id)))
      const behind = ids.filter(
        (id) => circular.has(id) || [...circular].some((one) => reaches(edges, id, one)),
      )
      expect([...cyclesIn(new Map(Object.entries(edges)))].toSorted()).toEqual(behind.toSorted())
    }),
    propertyParameters(),
  )
})
