// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"sync"
)

const (
	shardMapKeys   = 1024
	shardMapShards = 32
)

func init() {
	programs["shardmap"] = func(args []int) {
		m := newShardMap()
		keys := make([]string, shardMapKeys)
		for i := range keys {
			keys[i] = fmt.Sprintf("item-%06d", i*37)
			if i%2 == 1 {
				m.store(keys[i], &keys[i])
			}
		}
		timed(args[0], func(n int) { workShardMap(m, keys, n, args[1]) })
	}
}

type shard struct {
	mu     sync.RWMutex
	values map[string]*string
}

type shardMap [shardMapShards]*shard

func newShardMap() *shardMap {
	var m shardMap
	for i := range m {
		m[i] = &shard{values: make(map[string]*string)}
	}
	return &m
}

func (m *shardMap) shard(key string) *shard {
	hash := uint64(0xcbf29ce484222325)
	for i := 0; i < len(key); i++ {
		hash = (hash ^ uint64(key[i])) * 0x100000001b3
	}
	return m[hash%shardMapShards]
}

func (m *shardMap) load(key string) (*string, bool) {
	s := m.shard(key)
	s.mu.RLock()
	v, ok := s.values[key]
	s.mu.RUnlock()
	return v, ok
}

func (m *shardMap) store(key string, value *string) {
	s := m.shard(key)
	s.mu.Lock()
	s.values[key] = value
	s.mu.Unlock()
}

func (m *shardMap) delete(key string) {
	s := m.shard(key)
	s.mu.Lock()
	delete(s.values, key)
	s.mu.Unlock()
}

func workShardMap(m *shardMap, keys []string, n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func(seed uint32) {
			for i := 0; i < n/goroutines; i++ {
				seed = seed*1664525 + 1013904223
				key := &keys[(seed>>8)%shardMapKeys]
				switch i % 10 {
				case 0:
					m.store(*key, key)
				case 5:
					m.delete(*key)
				default:
					if v, ok := m.load(*key); ok && v != key {
						fail("wrong value")
					}
				}
			}
			wg.Done()
		}(uint32(i))
	}
	wg.Wait()
}
