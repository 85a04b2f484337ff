package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** One retry for ten successes and one each second, ten in store. */
class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;
  private final RetryBudget budget = new RetryBudget();

  @Test
  void itBeginsWithTenInStore() {
    assertThat(taken(0, 20)).isEqualTo(10);
  }

  @Test
  void tenSuccessesBringExactlyOne() {
    taken(0, 10);
    successes(9);
    assertThat(budget.tryTake(0)).isFalse();
    successes(1);

    assertThat(budget.tryTake(0)).isTrue();
    assertThat(budget.tryTake(0)).isFalse();
  }

  @Test
  void manySuccessesBringATenthOfThemWithoutLoss() {
    taken(0, 10);
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      successes(1);
      taken += budget.tryTake(0) ? 1 : 0;
    }

    assertThat(taken).isEqualTo(100);
  }

  @Test
  void eachSecondBringsOne() {
    taken(0, 10);

    assertThat(budget.tryTake(SECOND - 1)).isFalse();
    assertThat(budget.tryTake(SECOND)).isTrue();
    assertThat(budget.tryTake(SECOND)).isFalse();
    assertThat(taken(4 * SECOND, 10)).isEqualTo(3);
  }

  @Test
  void askingOftenDoesNotLoseTime() {
    taken(0, 10);
    int taken = 0;
    for (long now = 0; now <= 5 * SECOND; now += 333_333) {
      taken += budget.tryTake(now) ? 1 : 0;
    }

    assertThat(taken).isBetween(4, 5);
  }

  @Test
  void noMoreThanTenAreEverInStore() {
    successes(1000);
    assertThat(taken(0, 20)).isEqualTo(10);
    assertThat(taken(3600 * SECOND, 20)).isEqualTo(10);
  }

  @Test
  void aClockThatBeginsAnywhereIsFine() {
    RetryBudget early = new RetryBudget();
    for (int i = 0; i < 10; i++) {
      assertThat(early.tryTake(Long.MIN_VALUE + 5)).isTrue();
    }
    assertThat(early.tryTake(Long.MIN_VALUE + 6)).isFalse();
    assertThat(early.tryTake(Long.MIN_VALUE + 5 + SECOND)).isTrue();
  }

  private int taken(long nowNs, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += budget.tryTake(nowNs) ? 1 : 0;
    }
    return taken;
  }

  private void successes(int count) {
    for (int i = 0; i < count; i++) {
      budget.onSuccess();
    }
  }
}
