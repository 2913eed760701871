import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTopicFilter, topicMatches } from '../../../gateway/drivers/mqtt/topic-filter.ts'
import { propertyParameters } from '../../suites/counts.ts'

const level: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'dev 1', '', '$x')
const topicLevels = fc.array(level, { minLength: 1, maxLength: 5 })

test('a filter covers what MQTT 3.1.1 says it covers', () => {
  const covered = [
    ['a/b', 'a/b'],
    ['a/+', 'a/b'],
    ['a/#', 'a/b/c'],
    ['a/#', 'a'],
    ['#', 'a'],
    ['+/+', '/a'],
    ['/+', '/a'],
    ['$SYS/#', '$SYS/x'],
  ]
  const not = [
    ['a/b', 'a/b/c'],
    ['a/+', 'a'],
    ['a/+', 'a/b/c'],
    ['+', '/a'],
    ['#', '$SYS/x'],
    ['+/x', '$SYS/x'],
    ['a/b/#', 'a'],
    ['A', 'a'],
  ]
  for (const [filter, topic] of covered)
    expect(topicMatches(filter as string, topic as string), `${filter} ${topic}`).toBe(true)
  for (const [filter, topic] of not)
    expect(topicMatches(filter as string, topic as string), `${filter} ${topic}`).toBe(false)
})

test('a topic is covered by itself, by itself with any level wild, and by any beginning with a hash', () => {
  fc.assert(
    fc.property(topicLevels, fc.nat(10), (levels, at) => {
      const topic = levels.join('/')
      const place = at % levels.length
      expect(topicMatches(topic, topic)).toBe(true)
      const hidden = topic.startsWith('$')
      expect(topicMatches(levels.with(place, '+').join('/'), topic)).toBe(!(hidden && place === 0))
      expect(topicMatches([...levels.slice(0, place), '#'].join('/'), topic)).toBe(!(hidden && place === 0))
      expect(topicMatches(`${topic}/x`, topic)).toBe(false)
    }),
    propertyParameters(),
  )
})

test('wildcards in the middle of a level are no filters', () => {
  for (const filter of ['a', '+', '#', 'a/+/b', 'a/#', '/']) expect(isTopicFilter(filter), filter).toBe(true)
  for (const filter of ['', 'a+', 'a/#/b', 'a/b#', '++', 'a\0b'])
    expect(isTopicFilter(filter), filter).toBe(false)
})
