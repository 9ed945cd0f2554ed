/** A trigger that runs. */
export interface Trigger {
  /** What is under way ends first; nothing new begins. */
  stop(): Promise<void>;
}
