// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"sync"
)

func init() {
	programs["pubsub"] = func(args []int) {
		timed(args[0], func(n int) { runBroker(n, args[1]) })
	}
}

const (
	brokerTopics = 100
	brokerBurst  = 64
)

type message struct {
	number int
	last   bool
}

// broker is the usual one: topics in a map, each with its subscribers' channels, sent to without waiting. Subscribers
// of a topic see its messages in one order.
type broker struct {
	mu     sync.RWMutex
	topics map[string]*brokerTopic
}

type brokerTopic struct {
	mu          sync.Mutex
	subscribers []chan message
}

func (b *broker) subscribe(topic string, n int) <-chan message {
	c := make(chan message, n)
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.topics[topic]
	if t == nil {
		t = new(brokerTopic)
		b.topics[topic] = t
	}
	t.subscribers = append(t.subscribers, c)
	return c
}

func (b *broker) publish(topic string, m message) (missed int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	t := b.topics[topic]
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.subscribers {
		select {
		case c <- m:
		default:
			missed++
		}
	}
	return missed
}

func (b *broker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.topics {
		for _, c := range t.subscribers {
			close(c)
		}
	}
	b.topics = nil
}

func readAll(c <-chan message, reading, ended *sync.WaitGroup) {
	expected := 0
	for m := range c {
		if m.number != expected {
			fail("a message is missing")
		}
		expected++
		if m.last {
			reading.Done()
		}
	}
	ended.Done()
}

func publishAll(b *broker, topic string, n, subscribers int, reading *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		last := i%brokerBurst == brokerBurst-1 || i == n-1
		if i%brokerBurst == 0 {
			reading.Add(subscribers)
		}
		if b.publish(topic, message{i, last}) != 0 {
			fail("somebody has missed it")
		}
		if last {
			reading.Wait()
		}
	}
}

func runBroker(n, subscribers int) {
	var reading, ended sync.WaitGroup
	b := &broker{topics: make(map[string]*brokerTopic)}
	topics := make([]string, brokerTopics)
	for i := range topics {
		topics[i] = fmt.Sprintf("topic-%d", i)
		ended.Add(1)
		go readAll(b.subscribe(topics[i], brokerBurst), &reading, &ended)
	}
	topic := topics[brokerTopics/2]
	for i := 1; i < subscribers; i++ {
		ended.Add(1)
		go readAll(b.subscribe(topic, brokerBurst), &reading, &ended)
	}
	publishAll(b, topic, n, subscribers, &reading)
	b.close()
	ended.Wait()
}
