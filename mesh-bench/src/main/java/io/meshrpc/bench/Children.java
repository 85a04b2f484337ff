package io.meshrpc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Several JVMs that are asked at once. */
record Children(List<Child> list) {
  private static final Duration ANSWER_MAX = Duration.ofSeconds(240);

  /** The answers in the order of the children. */
  List<String> ask(Function<Integer, String> questionByIndex) {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Child child = list.get(i);
      String question = questionByIndex.apply(i);
      answers.add(CompletableFuture.supplyAsync(() -> child.ask(question, ANSWER_MAX), task -> {
        Thread thread = new Thread(task, "bench-ask");
        thread.setDaemon(true);
        thread.start();
      }));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  Usage usage() {
    return ask(i -> "usage").stream().map(Usage::parse).reduce(new Usage(0, 0), Usage::plus);
  }

  Memory memory() {
    return ask(i -> "memory").stream().map(Memory::parse).reduce(new Memory(0, 0), Memory::plus);
  }
}
