package io.meshrpc;

import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.edge.Invocation;
import org.jspecify.annotations.Nullable;

/** How a method's handlers are run. Owned by the loop. */
final class Way {
  final MethodDescriptor<?, ?> method;
  final Invocation.Plan plan;
  final @Nullable Handover handover; // null: on the loop, always
  final @Nullable Habit habit; // null: on the loop never, or always
  boolean warned; // of one that is declared short and is not

  Way(
      MethodDescriptor<?, ?> method,
      Invocation.Plan plan,
      @Nullable Handover handover,
      @Nullable Habit habit) {
    this.method = method;
    this.plan = plan;
    this.handover = handover;
    this.habit = habit;
  }

  /** Whether handlers run as soon as they are started: not so where an executor of users' may let them wait. */
  boolean isOurs() {
    return handover == null || habit != null;
  }
}
