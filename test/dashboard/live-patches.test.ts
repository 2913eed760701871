import { describe, expect, it } from 'vitest'
import { dropFromPage, hasNewMetric, patchPage, patchSeries } from '../../dashboard/data/live-patches.ts'

const page = {
  items: [
    { id: 'a', state: 'up' },
    { id: 'b', state: 'up' },
  ],
  total: 2,
}

describe('a live event', () => {
  it('changes what the page shows where it stands, and nothing else', () => {
    const patched = patchPage(page, [
      { id: 'b', state: 'down' },
      { id: 'x', state: 'down' },
    ])
    expect(patched.items).toEqual([
      { id: 'a', state: 'up' },
      { id: 'b', state: 'down' },
    ])
    expect(patched.items[0]).toBe(page.items[0])
    expect(patched.total).toBe(2)
  })

  it('about things the page does not show leaves it as it is', () => {
    expect(patchPage(page, [{ id: 'x', state: 'down' }])).toBe(page)
    expect(dropFromPage(page, ['x'])).toBe(page)
  })

  it('takes what is gone off the page', () => {
    expect(dropFromPage(page, ['a']).items.map(({ id }) => id)).toEqual(['b'])
  })
})

describe('live values', () => {
  const list = {
    items: [
      { metric: 'rtt_ms', last: 1, lastAt: '2026-01-01T00:00:10.000Z' },
      { metric: 'cpu_percent', last: 50, lastAt: '2026-01-01T00:00:10.000Z' },
    ],
  }
  const at = Date.parse('2026-01-01T00:00:20.000Z')

  it('replace the older value of their metric', () => {
    const patched = patchSeries(list, at, { rtt_ms: 2 })
    expect(patched.items[0]).toEqual({ metric: 'rtt_ms', last: 2, lastAt: '2026-01-01T00:00:20.000Z' })
    expect(patched.items[1]).toBe(list.items[1])
  })

  it('from a backlog never replace a newer value', () => {
    expect(patchSeries(list, at - 3_600_000, { rtt_ms: 2 })).toBe(list)
  })

  it('of a metric the page has never seen are noticed', () => {
    expect(hasNewMetric(list, { temperature_c: 20 })).toBe(true)
    expect(hasNewMetric(list, { rtt_ms: 20 })).toBe(false)
  })
})
