package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting can be set by itself, within its range, and stands in the guide. */
class LivenessSettingsTest {
  private static final LivenessSettings DEFAULTS = LivenessSettings.DEFAULTS;
  private static final Set<String> MAY_BE_ZERO =
      Set.of("selfDoubtMax", "panicPercent", "recoveryPercent"); // which switches it off

  static RecordComponent[] all() {
    return LivenessSettings.class.getRecordComponents();
  }

  @ParameterizedTest
  @MethodSource("all")
  void itsWitherChangesItAndNothingElse(RecordComponent setting) throws Throwable {
    Object value = changed(setting);
    LivenessSettings settings = with(setting, value);

    for (RecordComponent other : all()) {
      Object expected = other.getName().equals(setting.getName()) ? value : read(other, DEFAULTS);
      assertThat(read(other, settings)).as(other.getName()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aValueOutOfItsRangeIsRefusedByNameAndValue(RecordComponent setting) {
    boolean span = setting.getType() == Duration.class;
    Object[] wrong = span
        ? new Object[] {
          Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(365).plusNanos(1)
        }
        : MAY_BE_ZERO.contains(setting.getName()) ? new Object[] {-1, 101} : new Object[] {0, -1};
    for (Object value : wrong) {
      assertThatThrownBy(() -> with(setting, value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(setting.getName() + ": " + value + " (expected: >");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theGuideNamesIt(RecordComponent setting) throws IOException {
    assertThat(Files.readString(Path.of("../docs/guide/liveness.md")))
        .contains("`" + setting.getName() + "`");
  }

  @Test
  void aMaximumIsNotLessThanItsMinimum() {
    assertThatThrownBy(() -> DEFAULTS.withBackoffMax(Duration.ofMillis(400)))
        .hasMessage("backoffMax: PT0.4S (expected: >= backoffBase, PT0.5S)");
    assertThatThrownBy(() -> DEFAULTS.withPingPatienceMin(Duration.ofSeconds(1)))
        .hasMessage("pingPatienceMax: PT0.5S (expected: >= pingPatienceMin, PT1S)");
    assertThatThrownBy(() -> DEFAULTS.withHeartbeatPatience(Duration.ofSeconds(1)))
        .hasMessage("pingPatienceMax: PT0.5S (expected: >= heartbeatPatience, PT1S)");
    assertThatThrownBy(() -> DEFAULTS.withOverdueFactor(1001))
        .hasMessage("overdueFactor: 1001 (expected: >= 1 and <= 1000)");
    assertThatThrownBy(() -> DEFAULTS.withSelfDoubtMax(8))
        .hasMessage("selfDoubtMax: 8 (expected: >= 0 and <= 7)");
    assertThatThrownBy(() -> DEFAULTS.withEjectBelowPercent(101))
        .hasMessage("ejectBelowPercent: 101 (expected: >= 1 and <= 100)");
  }

  @Test
  void massRecoveryIsSetAtOnceAndSwitchedOff() {
    LivenessSettings set = DEFAULTS.withMassRecovery(0, Duration.ofSeconds(1));

    assertThat(set.recoveryPercent()).isZero();
    assertThat(set.recoveryHold()).isEqualTo(Duration.ofSeconds(1));
  }

  private static LivenessSettings with(RecordComponent setting, Object value) throws Throwable {
    String name = setting.getName();
    String wither = "with" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    Method method = LivenessSettings.class.getMethod(wither, setting.getType());
    try {
      return (LivenessSettings) method.invoke(DEFAULTS, value);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** A value that is neither the default nor out of any range. */
  private static Object changed(RecordComponent setting) throws Throwable {
    Object value = read(setting, DEFAULTS);
    return value instanceof Duration span ? span.plusNanos(1) : (int) value - 1;
  }

  private static Object read(RecordComponent setting, LivenessSettings settings)
      throws ReflectiveOperationException {
    return setting.getAccessor().invoke(settings);
  }
}
