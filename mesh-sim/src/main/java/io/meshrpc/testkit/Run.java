package io.meshrpc.testkit;

import io.meshrpc.api.Code;
import io.meshrpc.api.MethodDescriptor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a handler, as of now.
 *
 * @param method what was run
 * @param caller the name of the client that asked for it
 * @param attempt the number of the client's attempt, from 1
 * @param started when its code began, since the mesh began
 * @param ended when it ended; null if it has not, or if its process died before
 * @param code what it answered; null if it has not ended
 */
public record Run(
    MethodDescriptor<?, ?> method,
    String caller,
    int attempt,
    Duration started,
    @Nullable Duration ended,
    @Nullable Code code) {
  /** Whether it came to its end. */
  public boolean hasEnded() {
    return ended != null;
  }
}
