package io.meshrpc.api;

import java.time.Duration;

/**
 * One attempt of a call, as its client saw it.
 *
 * @param number from 1
 * @param endpoint the server's address
 * @param incarnation the server's node id at that time; 32 hexadecimal digits
 * @param execution what is known about this attempt's work
 * @param end how the attempt ended, in words
 * @param startedAfter from the start of the call to the sending
 * @param took from the sending to the end
 * @param hedge whether it was begun because another attempt, still open, took long
 */
public record AttemptTrace(
    int number,
    String endpoint,
    String incarnation,
    Execution execution,
    Status end,
    Duration startedAfter,
    Duration took,
    boolean hedge) {
  @Override
  public String toString() {
    return "attempt %d%s at %s (%s) after %.1f ms: %s, %s, took %.1f ms"
        .formatted(
            number,
            hedge ? " (a hedge)" : "",
            endpoint,
            incarnation.length() > 8 ? incarnation.substring(0, 8) : incarnation,
            startedAfter.toNanos() / 1e6,
            end,
            execution,
            took.toNanos() / 1e6);
  }
}
