package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HedgePolicyTest {
  @Test
  void isWhatTheDocumentsSay() {
    assertThat(HedgePolicy.ON).isEqualTo(new HedgePolicy(0.95, Duration.ofMillis(1), 0.05, false));
    assertThat(HedgePolicy.OFF.isOff()).isTrue();
    assertThat(HedgePolicy.ON.isOff()).isFalse();
    assertThat(HedgePolicy.after(Duration.ofMillis(7)))
        .isEqualTo(new HedgePolicy(0, Duration.ofMillis(7), 0.05, false));
    assertThat(HedgePolicy.atQuantile(0.99)
            .withMinDelay(Duration.ofMillis(2))
            .withExtraLoad(0.01)
            .withTied(true))
        .isEqualTo(new HedgePolicy(0.99, Duration.ofMillis(2), 0.01, true));
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.atQuantile(0.4))
        .withMessage("quantile: 0.4 (expected: 0.5 to 0.999, or 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.atQuantile(1))
        .withMessageStartingWith("quantile: 1.0 (expected:");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.atQuantile(Double.NaN))
        .withMessageStartingWith("quantile: NaN (expected:");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.after(Duration.ofMillis(-1)))
        .withMessageStartingWith("minDelay: PT-0.001S (expected: 0 to ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.after(Duration.ofDays(366)))
        .withMessageStartingWith("minDelay: PT8784H (expected: 0 to ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HedgePolicy.ON.withExtraLoad(1.5))
        .withMessage("extraLoad: 1.5 (expected: 0 to 1)");
  }
}
