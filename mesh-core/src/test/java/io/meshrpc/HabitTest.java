package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which handlers the loop may run itself. */
class HabitTest {
  private static final long US = 1_000;
  private static final long SECOND = 1_000_000_000L;

  private final Habit habit = new Habit(20 * US);

  private void run(int times, long tookNs, long nowNs) {
    for (int i = 0; i < times; i++) {
      habit.onRan(tookNs, nowNs);
    }
  }

  @Test
  void nothingIsQuickBeforeItHasShownIt() {
    run(Habit.TRIAL - 1, US, 0);
    assertThat(habit.isQuick()).isFalse();

    run(1, US, 0);
    assertThat(habit.isQuick()).isTrue();
  }

  @Test
  void whatTakesLongerIsNot() {
    run(10_000, 21 * US, 0);

    assertThat(habit.isQuick()).isFalse();
  }

  @Test
  void aLongOneBeginsTheTrialAnew() {
    run(Habit.TRIAL - 1, US, 0);
    run(1, Habit.LONG_NS, 0);
    run(Habit.TRIAL - 1, US, 0);
    assertThat(habit.isQuick()).isFalse();

    run(1, US, 0);
    assertThat(habit.isQuick()).isTrue();
  }

  @Test
  void oneThatLostItsProcessorForAMomentIsForgiven() {
    run(Habit.TRIAL, US, 0);

    for (int i = 0; i < 5; i++) {
      run(1, 300 * Habit.LONG_NS, 0);
      run(1_000, US, 0);
    }

    assertThat(habit.isQuick()).isTrue();
  }

  @Test
  void oneThatBecomesSlowerGoesBackAndMayReturn() {
    run(Habit.TRIAL, US, 0);

    run(1_000, 45 * US, 0);
    assertThat(habit.isQuick()).isFalse();

    run(1_000, US, 0);
    assertThat(habit.isQuick()).isTrue();
  }

  @Test
  void oneThatIsNowAndThenLongGoesBack() {
    run(Habit.TRIAL, US, 0);

    run(1, 2 * Habit.LONG_NS, 0);
    run(900, US, 0);
    assertThat(habit.isQuick()).isTrue();
    run(1, 2 * Habit.LONG_NS, 0);

    assertThat(habit.isQuick()).isFalse();
  }

  @Test
  void whoKeptTheLoopIsKeptFromItForTwiceAsLongEachTime() {
    long now = 0;
    long off = Habit.OFF_MIN_NS;
    for (int i = 0; i < 10; i++) {
      run(Habit.TRIAL, US, now);
      assertThat(habit.isQuick()).isTrue();
      habit.onStayed(now);
      assertThat(habit.isQuick()).isFalse();

      run(2 * Habit.TRIAL, US, now + off - 1);
      assertThat(habit.isQuick()).isFalse();

      now += off;
      off = Math.min(2 * off, Habit.OFF_MAX_NS);
    }
    assertThat(off).isEqualTo(Habit.OFF_MAX_NS).isEqualTo(600 * SECOND);
  }

  @Test
  void whatAHandOverWouldCostIsNotCounted() {
    assertThat(habit.costNs()).isZero();

    run(10_000, 6 * US, 0);

    assertThat(habit.costNs()).isBetween(4_900.0, 5_100.0);
  }

  @Test
  void aTurnHasTimeForSoMuchAndTheNextAsMuchAgain() {
    TurnTime time = new TurnTime();
    assertThat(time.take(TurnTime.USUAL_NS)).isTrue();
    assertThat(time.take(1)).isFalse();
    assertThat(time.take(0)).isTrue();

    time.reset();

    assertThat(time.take(TurnTime.USUAL_NS / 2)).isTrue();
    assertThat(time.take(TurnTime.USUAL_NS / 2)).isTrue();
    assertThat(time.take(TurnTime.USUAL_NS / 2)).isFalse();
  }

  @Test
  void aTurnIsOverWhenItHasReallyTakenTooLong() {
    TurnTime time = new TurnTime();
    time.onTaken(TurnTime.TAKEN_NS - 1);
    assertThat(time.isOver()).isFalse();

    time.onTaken(1);
    assertThat(time.isOver()).isTrue();

    time.reset();
    assertThat(time.isOver()).isFalse();
  }
}
