/** The other side of `startHelper`: answers every question of the bench, and ends with it. */
export function answerBench<Question>(answer: (question: Question) => Promise<object> | object): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', async (question) => {
    process.send?.(await answer(question as Question))
  })
}

/** User and system time, milliseconds, that `work` took in this process. */
export async function cpuMsOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
