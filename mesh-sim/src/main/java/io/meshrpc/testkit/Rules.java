package io.meshrpc.testkit;

import io.meshrpc.api.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of the next calls or frames, in the order in which the test said so.
 *
 * @param <T> what becomes of them
 */
final class Rules<T> {
  private final List<Rule<T>> rules = new ArrayList<>();
  private final Set<MethodDescriptor<?, ?>> served;

  /** Rules for calls of these methods. */
  Rules(Set<MethodDescriptor<?, ?>> served) {
    this.served = served;
  }

  /** The method, if there can be calls of it here: a rule for others would never come true. */
  MethodDescriptor<?, ?> known(MethodDescriptor<?, ?> method) {
    if (!served.contains(method)) {
      throw new IllegalArgumentException(
          "method: " + method + " (expected: one that the server serves)");
    }
    return method;
  }

  private static final class Rule<T> {
    final Predicate<MethodDescriptor<?, ?>> which;
    final T what;
    int left;

    Rule(int times, Predicate<MethodDescriptor<?, ?>> which, T what) {
      this.left = times;
      this.which = which;
      this.what = what;
    }
  }

  void add(int times, Predicate<MethodDescriptor<?, ?>> which, T what) {
    rules.add(new Rule<>(times, which, what));
  }

  /** What becomes of one of this method, which is counted; null if no rule is about it. */
  @Nullable
  T take(MethodDescriptor<?, ?> method) {
    for (Rule<T> rule : rules) {
      if (rule.which.test(method)) {
        if (--rule.left == 0) {
          rules.remove(rule);
        }
        return rule.what;
      }
    }
    return null;
  }
}
