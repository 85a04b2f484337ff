package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Ending;
import io.meshrpc.wire.Reason;

/**
 * What a handler answered.
 *
 * @param ending how it ended, as its client will hear
 * @param tail what follows the head; empty for most
 */
public record ServerReply(Ending ending, Metadata metadata, byte[] head, byte[] tail) {
  private static final byte[] NOTHING = {};

  /** The answer of a handler that ran. */
  public ServerReply(Code code, String text, Metadata metadata, byte[] payload) {
    this(new Ending(Execution.EXECUTED, code, Reason.HANDLER, text, 0), metadata, payload, NOTHING);
  }

  /** The answer of a handler that ran and has done what was asked. */
  public static ServerReply of(byte[] head, byte[] tail, Metadata metadata) {
    return new ServerReply(Ending.WELL, metadata, head, tail);
  }

  /** No handler could be started: the work did not run, and may be tried elsewhere. */
  public static ServerReply notStarted(String text) {
    return notExecuted(Code.RESOURCE_EXHAUSTED, Reason.QUEUE_FULL, text, 1);
  }

  /** Nobody waits any more, and no handler was started: the work did not run. */
  public static ServerReply takenBack() {
    return notExecuted(Code.CANCELLED, Reason.REVOKED, "nobody waited for it any more", 0);
  }

  private static ServerReply notExecuted(Code code, Reason reason, String text, int pushbackMs) {
    Ending ending = new Ending(Execution.NOT_EXECUTED, code, reason, text, pushbackMs);
    return new ServerReply(ending, Metadata.EMPTY, NOTHING, NOTHING);
  }

  /** False if no handler was started after all. */
  public boolean executed() {
    return ending.execution() == Execution.EXECUTED;
  }

  /** How it ended. */
  public Code code() {
    return ending.code();
  }

  /** For people; empty when OK. */
  public String text() {
    return ending.text();
  }
}
