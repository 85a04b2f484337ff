package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the log of all calls says about an event at 4 s. */
class FailoverResultTest {
  private static final long MARK_US = 4_000_000;
  private static final long END_US = 12_000_000;

  private final CallLog log = new CallLog();

  @Test
  void nothingHappened() {
    callEachMilli(0, END_US, 500);

    assertThat(FailoverResult.of(log, MARK_US, END_US))
        .isEqualTo(new FailoverResult(1000, 0, 0, 1, 0.5, 0));
  }

  @Test
  void aGapIsMeasuredFromTheLastSuccessBeforeTheEvent() {
    callEachMilli(0, MARK_US, 500);
    log.add(4_250_000, 240_000, true);
    callEachMilli(4_251_000, END_US, 500);

    FailoverResult result = FailoverResult.of(log, MARK_US, END_US);

    assertThat(result.gapMs()).isEqualTo(251);
    assertThat(result.worstMs()).isEqualTo(240);
    assertThat(result.failed()).isZero();
    // Nothing succeeded in the first two windows, and the third has the call that was late.
    assertThat(result.backMs()).isEqualTo(300);
  }

  @Test
  void failuresBeforeAndAfterAreToldApart() {
    callEachMilli(0, END_US, 500);
    log.add(500_000, 100, false); // in the warm-up, which does not count
    log.add(2_000_000, 100, false);
    log.add(5_000_000, 1_000_000, false);
    log.add(6_000_000, 1_000_000, false);

    FailoverResult result = FailoverResult.of(log, MARK_US, END_US);

    assertThat(result.failedBefore()).isEqualTo(1);
    assertThat(result.failed()).isEqualTo(2);
    assertThat(result.worstMs()).isEqualTo(1000);
  }

  @Test
  void aClientThatStallsAgainAndAgainIsNeverBack() {
    callEachMilli(0, MARK_US, 500);
    for (long us = MARK_US; us < END_US; us += 1_000_000) {
      callEachMilli(us + 700_000, us + 1_000_000, 500);
    }

    assertThat(FailoverResult.of(log, MARK_US, END_US).backMs()).isEqualTo(FailoverResult.NEVER);
  }

  @Test
  void aClientThatNeverWorkedIsNeverBack() {
    log.add(9_000_000, 1_000, true);

    assertThat(FailoverResult.of(log, MARK_US, END_US).backMs()).isEqualTo(FailoverResult.NEVER);
  }

  @Test
  void survivesItsWayBetweenProcesses() {
    FailoverResult result = new FailoverResult(1000.5, 1, 2, 3.25, 4.5, FailoverResult.NEVER);

    assertThat(FailoverResult.parse(result.line())).isEqualTo(result);
  }

  private void callEachMilli(long fromUs, long toUs, long tookUs) {
    for (long us = fromUs; us < toUs; us += 1000) {
      log.add(us, tookUs, true);
    }
  }
}
