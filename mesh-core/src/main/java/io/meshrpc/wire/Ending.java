package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;

/**
 * How an attempt ended. Nearly all end well, and those share one.
 *
 * @param execution what became of the work; never {@link Execution#NOT_SENT}
 * @param code how it ended
 * @param reason why the mesh, and not the handler, says so
 * @param text for people; empty when OK
 * @param pushbackMs not again at this server before this time has passed; 0: nothing said; {@link
 *     Response#NEVER}: not at all
 */
public record Ending(Execution execution, Code code, Reason reason, String text, int pushbackMs) {
  /** The handler has answered. */
  public static final Ending WELL = new Ending(Execution.EXECUTED, Code.OK, Reason.HANDLER, "", 0);

  /**
   * Checks the execution.
   *
   * @throws IllegalArgumentException if it is one that no server can vouch for
   */
  public Ending {
    if (execution == Execution.NOT_SENT) {
      throw new IllegalArgumentException(
          "execution: NOT_SENT (expected: EXECUTED, NOT_EXECUTED or UNKNOWN)");
    }
  }

  /** This ending; {@link #WELL} if it is that. */
  static Ending of(Execution execution, Code code, Reason reason, String text, int pushbackMs) {
    boolean well = execution == Execution.EXECUTED
        && code == Code.OK
        && reason == Reason.HANDLER
        && text.isEmpty()
        && pushbackMs == 0;
    return well ? WELL : new Ending(execution, code, reason, text, pushbackMs);
  }
}
