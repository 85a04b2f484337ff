package io.meshrpc.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Execution;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the demo says that the promise was kept, and when it must not. */
class DemoTest {
  private static final List<String> NONE = List.of();
  private static final List<String> SOME = List.of("p1");

  private static Payers.Verdict verdict(List<String> duplicates, List<String> lies) {
    return new Payers.Verdict(10, Map.of(Execution.UNKNOWN, 1L), duplicates, lies);
  }

  @Test
  void aCallOfUnknownFateBreaksNoPromise() {
    assertThat(Demo.isKept(0, verdict(NONE, NONE))).isTrue();
  }

  @Test
  void aFailedIdempotentCallASecondExecutionOrALieBreaksIt() {
    assertThat(Demo.isKept(1, verdict(NONE, NONE))).isFalse();
    assertThat(Demo.isKept(0, verdict(SOME, NONE))).isFalse();
    assertThat(Demo.isKept(0, verdict(NONE, SOME))).isFalse();
  }
}
