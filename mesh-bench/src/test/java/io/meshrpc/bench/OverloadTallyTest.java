package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** What is made of the calls before, in and after an overload. */
class OverloadTallyTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MS = 1_000_000L;
  private final OverloadTally tally = new OverloadTally(SECOND_NS, 3 * SECOND_NS, 6 * SECOND_NS);

  /** A call each 10 ms for six seconds; the overload lasts from 1 s to 3 s. */
  private OverloadRound play(LongPredicate succeedsAtMs) throws InterruptedException {
    for (long ms = 0; ms < 6_000; ms += 10) {
      tally.begun(ms * MS);
      tally.ended(ms * MS, 20 * MS, succeedsAtMs.test(ms));
    }
    return tally.awaitEnd();
  }

  @Test
  void countsWhatBeganInTheOverloadOnly() throws InterruptedException {
    OverloadRound round = play(ms -> ms >= 1_000 && ms < 2_000);

    assertThat(round.offeredPerSecond()).isEqualTo(100);
    assertThat(round.goodPerSecond()).isEqualTo(50);
    assertThat(round.p50Ms()).isBetween(19.9, 20.1);
    assertThat(round.calmFailed()).isEqualTo(100);
  }

  @Test
  void recoveryBeginsWithTheFirstGoodHalfSecond() throws InterruptedException {
    assertThat(play(ms -> ms >= 3_000).recoveryMs()).isZero();
    assertThat(new OverloadTallyTest().play(ms -> ms >= 3_700).recoveryMs()).isEqualTo(700);
    assertThat(new OverloadTallyTest().play(ms -> ms < 3_400 || ms > 4_000).recoveryMs())
        .isEqualTo(1_100);
  }

  @Test
  void whoNeverRecoversIsSaidSo() throws InterruptedException {
    OverloadRound round = play(ms -> ms < 3_000);

    assertThat(round.recoveryMs()).isInfinite();
    assertThat(OverloadRound.parse(round.line())).isEqualTo(round);
  }
}
