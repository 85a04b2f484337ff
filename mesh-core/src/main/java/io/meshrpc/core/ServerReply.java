package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Ending;
import io.meshrpc.wire.Reason;

/** What a handler answered. */
public class ServerReply {
  private static final byte[] NOTHING = {};

  private final Ending ending; // as its client will hear
  private final Metadata metadata;
  private final byte[] head;

  private ServerReply(Ending ending, Metadata metadata, byte[] head) {
    this.ending = ending;
    this.metadata = metadata;
    this.head = head;
  }

  /** The answer of a handler that ran. */
  public ServerReply(Code code, String text, Metadata metadata, byte[] payload) {
    this(new Ending(Execution.EXECUTED, code, Reason.HANDLER, text, 0), metadata, payload);
  }

  /** One whose payload is in two arrays; few are, and the others need no room for it. */
  private static final class WithTail extends ServerReply {
    private final byte[] tail;

    WithTail(byte[] head, byte[] tail, Metadata metadata) {
      super(Ending.WELL, metadata, head);
      this.tail = tail;
    }

    @Override
    byte[] tail() {
      return tail;
    }
  }

  /**
   * The answer of a handler that ran and has done what was asked.
   *
   * @param tail what follows the head; empty for most
   */
  public static ServerReply of(byte[] head, byte[] tail, Metadata metadata) {
    return tail.length == 0
        ? new ServerReply(Ending.WELL, metadata, head)
        : new WithTail(head, tail, metadata);
  }

  /** No handler could be started: the work did not run, and may be tried elsewhere. */
  public static ServerReply notStarted(String text) {
    Ending ending =
        new Ending(Execution.NOT_EXECUTED, Code.RESOURCE_EXHAUSTED, Reason.QUEUE_FULL, text, 1);
    return new ServerReply(ending, Metadata.EMPTY, NOTHING);
  }

  Ending ending() {
    return ending;
  }

  /** What goes along with it. */
  public Metadata metadata() {
    return metadata;
  }

  byte[] head() {
    return head;
  }

  byte[] tail() {
    return NOTHING;
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
