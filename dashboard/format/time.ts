/** Times are shown in the zone of the reader's computer; the full date and zone are one hover away. */

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** `10:32:05` today, `3 Nov, 10:32` this year, else with the year. */
export function timeText(at: number, now: number, locale: string): string {
  const [time, today] = [new Date(at), new Date(now)]
  if (sameDay(time, today))
    return new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hourCycle: 'h23' }).format(time)
  const year = time.getFullYear() === today.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(locale, {
    ...year,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(time)
}

/** Date, time and zone, for the title of an element. */
export const fullTimeText = (at: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', hourCycle: 'h23' }).format(at)

const isoTimes = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** The same text with the times of the API in it as people read them. */
export const withReadableTimes = (text: string, now: number, locale: string): string =>
  text.replaceAll(isoTimes, (time) =>
    Number.isNaN(Date.parse(time)) ? time : timeText(Date.parse(time), now, locale),
  )
