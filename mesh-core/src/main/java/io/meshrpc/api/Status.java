package io.meshrpc.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * How a call or an attempt ended.
 *
 * @param code the canonical code
 * @param text for people; may be empty, never null
 */
public record Status(Code code, String text) implements Serializable {
  /** Success. */
  public static final Status OK = new Status(Code.OK, "");

  /** Checks that nothing is null. */
  public Status {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(text, "text");
  }

  /** Whether the code is {@link Code#OK}. */
  public boolean isOk() {
    return code == Code.OK;
  }

  @Override
  public String toString() {
    return text.isEmpty() ? code.name() : code + ": " + text;
  }
}
