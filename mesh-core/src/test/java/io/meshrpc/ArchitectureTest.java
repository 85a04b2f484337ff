package io.meshrpc;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who may import whom, and what the core must not touch. */
class ArchitectureTest {
  /** Each layer may import those before it in this list, and none after it. */
  private static final List<String> LAYERS = List.of(
      "io.meshrpc.api..",
      "io.meshrpc.policy..",
      "io.meshrpc.wire..",
      "io.meshrpc.core..",
      "io.meshrpc.edge..",
      "io.meshrpc.security..",
      "io.meshrpc.zmq..",
      "io.meshrpc",
      "io.meshrpc.tools..");

  private static final String[] PURE = {
    "io.meshrpc.core..", "io.meshrpc.policy..", "io.meshrpc.wire.."
  };

  private static final JavaClasses OURS = new ClassFileImporter()
      .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
      .withImportOption(location -> !location.contains("/proto/"))
      .importPackages("io.meshrpc");

  @Test
  void importsPointDownOnly() {
    for (int i = 0; i < LAYERS.size(); i++) {
      String[] above = LAYERS.subList(i + 1, LAYERS.size()).toArray(new String[0]);
      if (above.length > 0) {
        noClasses()
            .that(resideInAPackage(LAYERS.get(i)))
            .should()
            .dependOnClassesThat(resideInAnyPackage(above))
            .check(OURS);
      }
    }
  }

  @Test
  void policiesImportTheVocabularyOnly() {
    classes()
        .that(resideInAPackage("io.meshrpc.policy.."))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(
            "io.meshrpc.api..", "io.meshrpc.policy..", "java..", "org.jspecify.."))
        .check(OURS);
  }

  @Test
  void toolsImportWhatUsersMay() {
    classes()
        .that(resideInAPackage("io.meshrpc.tools.."))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(
            "io.meshrpc",
            "io.meshrpc.api..",
            "io.meshrpc.security..",
            "io.meshrpc.tools..",
            "java..",
            "org.jspecify.."))
        .check(OURS);
  }

  @Test
  void theCoreKnowsNeitherSocketsNorProtobuf() {
    classes()
        .that(resideInAPackage("io.meshrpc.core.."))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(
            "io.meshrpc.api..",
            "io.meshrpc.policy..",
            "io.meshrpc.wire..",
            "io.meshrpc.core..",
            "java.lang..",
            "java.time..",
            "java.nio.charset..",
            "java.util",
            "java.util.function..",
            "java.util.random..",
            "org.jspecify.."))
        .check(OURS);
  }

  @Test
  void timeAndChanceComeInThroughTheFront() {
    noClasses()
        .that(resideInAnyPackage(PURE))
        .should()
        .callMethodWhere(describe(
            "System (but arraycopy), Math.random or a clock of java.time is asked",
            (JavaMethodCall call) -> isClockOrLogger(call)))
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .callConstructor(SplittableRandom.class)
        .orShould()
        .dependOnClassesThat(are(describe(
            "threads, locks, atomics, clocks, loggers or sockets",
            (JavaClass type) -> type.getName().startsWith("java.util.concurrent.locks")
                || type.getName().startsWith("java.util.concurrent.atomic")
                || type.getName().equals("java.util.concurrent.ThreadLocalRandom")
                || type.getName().equals("java.lang.Thread")
                || type.getName().equals("java.lang.System$Logger")
                || type.getName().equals("java.time.Clock")
                || type.getName().startsWith("java.net"))))
        .check(OURS);
  }

  @Test
  void theCoreHasNoLocks() {
    noMethods()
        .that()
        .areDeclaredInClassesThat(resideInAnyPackage(PURE))
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED)
        .check(OURS);
  }

  private static boolean isClockOrLogger(JavaMethodCall call) {
    String owner = call.getTargetOwner().getName();
    String name = call.getTarget().getName();
    return (owner.equals("java.lang.System") && !name.equals("arraycopy"))
        || (owner.equals("java.lang.Math") && name.equals("random"))
        || (owner.startsWith("java.time.") && name.equals("now"));
  }

  @Test
  void thePublicApiShowsNothingOfTheInside() {
    for (JavaClass type : OURS) {
      boolean front = List.of(
              "io.meshrpc", "io.meshrpc.api", "io.meshrpc.policy", "io.meshrpc.security")
          .contains(type.getPackageName());
      if (!front || !type.getModifiers().contains(JavaModifier.PUBLIC)) {
        continue;
      }
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        boolean open = unit.getModifiers().contains(JavaModifier.PUBLIC)
            || unit.getModifiers().contains(JavaModifier.PROTECTED);
        boolean synthetic = unit.getModifiers().contains(JavaModifier.SYNTHETIC);
        if (!open || synthetic) {
          continue;
        }
        assertThat(isInside(unit.getRawReturnType()))
            .as("%s returns", unit.getFullName())
            .isFalse();
        unit.getRawParameterTypes()
            .forEach(p ->
                assertThat(isInside(p)).as("%s takes %s", unit.getFullName(), p).isFalse());
      }
    }
  }

  private static boolean isInside(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith("org.zeromq")
        || name.startsWith("zmq")
        || name.startsWith("com.google.common")
        || name.startsWith("io.meshrpc.wire")
        || name.startsWith("io.meshrpc.core")
        || name.startsWith("io.meshrpc.edge")
        || name.startsWith("io.meshrpc.zmq");
  }
}
