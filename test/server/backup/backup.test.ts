import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bootstrap } from '../../../server/access/bootstrap.ts'
import { Passwords } from '../../../server/access/passwords.ts'
import { openSession } from '../../../server/access/sessions.ts'
import { addGateway } from '../../../server/gateways/change-gateways.ts'
import { issueCode } from '../../../server/gateways/enrolment-code.ts'
import { addSite } from '../../../server/sites/sites.ts'
import { backupRecords, restoreRecords } from '../../../server/store/records/backup.ts'
import { openRecords, type Records } from '../../../server/store/records/records.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { quickCost } from '../api-under-test.ts'

const manifest = { madeAt: Date.UTC(2026, 0, 1), version: '0.1.0' }
const restoredAt = Date.UTC(2026, 0, 2)

async function installation() {
  const dir = temporaryDirectory()
  const file = join(dir, 'stillwatch.db')
  const records = openRecords(file)
  let open = true
  const close = async () => {
    if (open) await records.close()
    open = false
  }
  onTestFinished(close)
  const deps = { records, clock: new FakeClock(), passwords: new Passwords(quickCost) }
  const { tenantId } = await bootstrap(deps, 'correct horse battery')
  const target = join(dir, 'copy.backup')
  return { dir, file, records, tenantId, target, close, backup: () => backupRecords(file, target, manifest) }
}

async function reopened<T>(file: string, use: (records: Records) => Promise<T>): Promise<T> {
  const records = openRecords(file)
  try {
    return await use(records)
  } finally {
    await records.close()
  }
}

async function metaOf(records: Records): Promise<Record<string, string>> {
  const rows = await records.read.selectFrom('meta').selectAll().execute()
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

const setMeta = (records: Records, key: string, value: string) =>
  records.write((trx) => trx.updateTable('meta').set({ value }).where('key', '=', key).execute())

describe('a backup', () => {
  test('taken while the server writes holds every transaction whole, up to one moment', async () => {
    const { records, tenantId, backup, target, close, file } = await installation()
    // Each transaction adds two sites and counts them: in a torn copy the numbers would disagree.
    const addPair = () =>
      records.write(async (trx) => {
        for (const name of ['left', 'right']) await addSite(trx, tenantId, { name, timeZone: 'UTC' }, 0)
      })
    for (let i = 0; i < 200; i += 1) await addPair()
    let copying = true
    const copied = backup().finally(() => {
      copying = false
    })
    let during = 0
    while (copying) {
      await addPair()
      during += 1
      // Promises alone would keep the copying from ever being heard of.
      await setImmediate()
    }
    await copied
    await close()
    expect(during).toBeGreaterThan(0)

    const restored = await restoreRecords(target, file, restoredAt)
    expect(restored.manifest).toEqual(manifest)
    await reopened(file, async (after) => {
      const sites = await after.read.selectFrom('site').select(['name', 'number']).execute()
      const left = sites.filter(({ name }) => name === 'left').length
      expect(left).toBe(sites.length / 2)
      expect(left).toBeGreaterThanOrEqual(200)
      expect(left).toBeLessThanOrEqual(200 + during)
      expect((await metaOf(after)).site_number).toBe(String(sites.length))
    })
  })

  test('is one file that only its owner can read', async () => {
    const { backup, target, dir } = await installation()
    await backup()
    expect(statSync(target).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir).filter((name) => name.startsWith('copy.backup'))).toEqual(['copy.backup'])
  })

  test('can be taken while the server is stopped', async () => {
    const { backup, target, close } = await installation()
    await close()
    await backup()
    expect(statSync(target).size).toBeGreaterThan(0)
  })

  test('never overwrites a file', async () => {
    const { backup, target } = await installation()
    writeFileSync(target, 'somebody else’s')
    await expect(backup()).rejects.toThrow('exists already')
    expect(readFileSync(target, 'utf8')).toBe('somebody else’s')
  })

  test('of nothing is refused', async () => {
    const dir = temporaryDirectory()
    const attempt = backupRecords(join(dir, 'none.db'), join(dir, 'copy'), manifest)
    await expect(attempt).rejects.toThrow('There is nothing to back up')
    expect(readdirSync(dir)).toEqual([])
  })
})

describe('a restore', () => {
  test('begins a new generation and skips a thousand ticket numbers', async () => {
    const { records, backup, target, close, file } = await installation()
    await setMeta(records, 'ticket_number', '41')
    await backup()
    await close()
    await restoreRecords(target, file, restoredAt)
    await reopened(file, async (after) => {
      expect(await metaOf(after)).toMatchObject({ generation: '2', ticket_number: '1041' })
      expect(await metaOf(after)).not.toHaveProperty('backup')
    })
  })

  test('counts on from what it replaces: numbers given since the backup are not given again, nor is a generation', async () => {
    const { records, backup, target, close, file } = await installation()
    await backup()
    await setMeta(records, 'ticket_number', '5000')
    await close()
    await restoreRecords(target, file, restoredAt)
    await reopened(file, async (after) => {
      expect(await metaOf(after)).toMatchObject({ generation: '2', ticket_number: '6000' })
    })
    await restoreRecords(target, file, restoredAt + 1)
    await reopened(file, async (after) => {
      expect(await metaOf(after)).toMatchObject({ generation: '3', ticket_number: '7000' })
    })
  })

  test('takes every enrolled gateway for lost until it is heard, and ends sessions and codes', async () => {
    const { records, tenantId, backup, target, close, file } = await installation()
    const links = ['connected', 'catching_up', 'lost', 'fenced', 'not_enrolled'] as const
    await records.write(async (trx) => {
      const siteId = await addSite(trx, tenantId, { name: 'X', timeZone: 'UTC' }, 0)
      for (const link of links) {
        const id = await addGateway(trx, { tenantId, siteId, name: link }, 0)
        await trx.updateTable('gateway').set({ link, link_since: 1 }).where('id', '=', id).execute()
        await issueCode(trx, id, 0)
      }
      const { id } = await trx.selectFrom('account').select('id').executeTakeFirstOrThrow()
      await openSession(trx, id, 0)
    })
    await backup()
    await close()
    await restoreRecords(target, file, restoredAt)
    await reopened(file, async ({ read }) => {
      const gateways = await read.selectFrom('gateway').select(['name', 'link', 'link_since']).execute()
      const since = Object.fromEntries(
        gateways.map(({ name, link, link_since }) => [name, [link, link_since]]),
      )
      expect(since).toEqual({
        connected: ['lost', restoredAt],
        catching_up: ['lost', restoredAt],
        lost: ['lost', restoredAt],
        fenced: ['fenced', 1],
        not_enrolled: ['not_enrolled', 1],
      })
      expect(await read.selectFrom('session').selectAll().execute()).toEqual([])
      expect(await read.selectFrom('enrolment_code').selectAll().execute()).toEqual([])
    })
  })

  test('keeps what was there before', async () => {
    const { records, backup, target, close, file } = await installation()
    await backup()
    await setMeta(records, 'ticket_number', '77')
    await close()
    const { asideFile } = await restoreRecords(target, file, restoredAt)
    expect(asideFile).toBe(`${file}.before-restore-2026-01-02T00-00-00-000Z`)
    await reopened(asideFile ?? '', async (before) => {
      expect((await metaOf(before)).ticket_number).toBe('77')
    })
  })

  test('works on a machine where nothing is yet', async () => {
    const { backup, target } = await installation()
    await backup()
    const file = join(temporaryDirectory(), 'data', 'stillwatch.db')
    expect((await restoreRecords(target, file, restoredAt)).asideFile).toBeNull()
    await reopened(file, async (after) => expect((await metaOf(after)).generation).toBe('2'))
  })

  test('replaces data that has been damaged, whole', async () => {
    const { backup, target, close, file } = await installation()
    await backup()
    await close()
    writeFileSync(file, 'the disk wrote this')
    writeFileSync(`${file}-wal`, 'and this')
    const { asideFile } = await restoreRecords(target, file, restoredAt)
    expect(readFileSync(asideFile ?? '', 'utf8')).toBe('the disk wrote this')
    expect(readFileSync(`${asideFile}-wal`, 'utf8')).toBe('and this')
    await reopened(file, async (after) => expect((await metaOf(after)).generation).toBe('2'))
  })
})

describe('a restore is refused, and changes nothing,', () => {
  async function refused(spoil: (target: string) => void, sentence: string | RegExp) {
    const { dir, backup, target, close, file } = await installation()
    await backup()
    await close()
    spoil(target)
    const before = { data: readFileSync(file), names: readdirSync(dir).toSorted() }
    await expect(restoreRecords(target, file, restoredAt)).rejects.toThrow(sentence)
    expect(readFileSync(file).equals(before.data)).toBe(true)
    expect(readdirSync(dir).toSorted()).toEqual(before.names)
  }

  const alter = (sql: string) => (target: string) => {
    const db = new DatabaseSync(target)
    db.exec(sql)
    db.close()
  }

  test('while a server holds the data', async () => {
    const { backup, target, file, records } = await installation()
    await backup()
    await expect(restoreRecords(target, file, restoredAt)).rejects.toThrow('Another Stillwatch server')
    await setMeta(records, 'ticket_number', '3')
    expect((await metaOf(records)).ticket_number).toBe('3')
  })

  test('when the backup is from a newer program', () =>
    refused(alter("UPDATE meta SET value = '99' WHERE key = 'schema'"), 'written by a newer Stillwatch'))

  test('when the file is a database but not a backup', () =>
    refused(alter("DELETE FROM meta WHERE key = 'backup'"), 'is not a Stillwatch backup'))

  test('when the file is something else', () =>
    refused((target) => writeFileSync(target, 'shopping list'), 'is not a Stillwatch backup'))

  test('when the file is damaged', () =>
    refused((target) => {
      const bytes = readFileSync(target)
      bytes.fill(0x55, 40_000, 60_000)
      writeFileSync(target, bytes)
    }, /is damaged|malformed/))

  test('when there is no such file', async () => {
    const { dir, file } = await installation()
    await expect(restoreRecords(join(dir, 'none'), file, restoredAt)).rejects.toThrow('does not exist')
  })
})
