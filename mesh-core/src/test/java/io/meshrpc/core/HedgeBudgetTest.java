package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A share of the calls, ten in store, none to begin with. */
class HedgeBudgetTest {
  private final HedgeBudget budget = new HedgeBudget();

  @Test
  void thereIsNoneToBeginWith() {
    assertThat(budget.tryTake()).isFalse();
  }

  @Test
  void twentyCallsBringOneAtFivePercent() {
    calls(19);
    assertThat(budget.tryTake()).isFalse();
    calls(1);

    assertThat(budget.tryTake()).isTrue();
    assertThat(budget.tryTake()).isFalse();
  }

  @Test
  void tenAreKeptInStore() {
    calls(1000);

    assertThat(taken()).isEqualTo(10);
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    calls(20);
    assertThat(taken()).isEqualTo(1);
    budget.giveBack();

    assertThat(taken()).isEqualTo(1);
  }

  @Test
  void whatIsGivenBackDoesNotOverfillTheStore() {
    calls(1000);
    budget.giveBack();

    assertThat(taken()).isEqualTo(10);
  }

  private int taken() {
    int taken = 0;
    while (budget.tryTake()) {
      taken++;
    }
    return taken;
  }

  private void calls(int count) {
    for (int i = 0; i < count; i++) {
      budget.onCall(0.05);
    }
  }
}
