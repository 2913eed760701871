/** What the answer to a used code said of the time before it, as JSON; null at a first enrolment. */
export const enrolledBefore002 = `
ALTER TABLE enrolment_code ADD COLUMN applied_before TEXT;
`
