package io.meshrpc.wire;

import io.meshrpc.api.Execution;
import io.meshrpc.api.Priority;

/** Enums by their numbers on the wire. A later version may send numbers that are not known here. */
final class Numbers {
  private static final Reason[] REASONS = Reason.values();
  private static final Refusal.Reason[] REFUSALS = Refusal.Reason.values();
  private static final Cancelled.Stage[] STAGES = Cancelled.Stage.values();

  private Numbers() {}

  static int of(Priority priority) {
    return switch (priority) {
      case NORMAL -> 0;
      case HIGH -> 1;
      case CRITICAL -> 2;
      case SHEDDABLE -> 3;
    };
  }

  static Priority priority(int number) {
    return switch (number) {
      case 1 -> Priority.HIGH;
      case 2 -> Priority.CRITICAL;
      case 3 -> Priority.SHEDDABLE;
      default -> Priority.NORMAL;
    };
  }

  static int of(Execution execution) {
    return switch (execution) {
      case UNKNOWN -> 0;
      case EXECUTED -> 1;
      case NOT_EXECUTED -> 2;
      case NOT_SENT -> throw new IllegalStateException("Response lets it pass");
    };
  }

  static Execution execution(int number) {
    return switch (number) {
      case 1 -> Execution.EXECUTED;
      case 2 -> Execution.NOT_EXECUTED;
      default -> Execution.UNKNOWN;
    };
  }

  static Reason reason(int number) {
    return number >= 0 && number < Reason.UNRECOGNIZED.ordinal()
        ? REASONS[number]
        : Reason.UNRECOGNIZED;
  }

  static Refusal.Reason refusal(int number) {
    return number >= 0 && number < REFUSALS.length ? REFUSALS[number] : Refusal.Reason.UNSPECIFIED;
  }

  static Cancelled.Stage stage(int number) {
    return number >= 0 && number < STAGES.length ? STAGES[number] : Cancelled.Stage.UNKNOWN;
  }
}
