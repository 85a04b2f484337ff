package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Metadata;

/**
 * What a handler answered.
 *
 * @param executed false if no handler was started after all
 */
public record ServerReply(
    Code code, String text, Metadata metadata, byte[] payload, boolean executed) {
  private static final byte[] NOTHING = {};

  /** The answer of a handler that ran. */
  public ServerReply(Code code, String text, Metadata metadata, byte[] payload) {
    this(code, text, metadata, payload, true);
  }

  /** No handler could be started: the work did not run, and may be tried elsewhere. */
  public static ServerReply notStarted(String text) {
    return new ServerReply(Code.RESOURCE_EXHAUSTED, text, Metadata.EMPTY, NOTHING, false);
  }
}
